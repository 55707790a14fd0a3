import { env } from 'node:process';
import { expect, it, onTestFinished } from 'vitest';
import chaos from '../../commands/chaos.js';
import { systemClock } from '../../src/clock.js';
import { down } from '../../src/cluster/down.js';
import type { Runtime } from '../../src/cluster/runtime.js';
import { openStore } from '../../src/cluster/store/state.js';
import { DRIVERS } from '../../src/drivers/registry.js';
import { refused } from '../../src/errors.js';
import { chaosText } from '../../src/report/text/chaos.js';
import { parseScenario } from '../../src/scenarios/format/parse.js';
import { runChaos } from '../../src/scenarios/play/run.js';
import { tempDir } from '../helpers/temp-dir.js';

const LONG_MS = 600_000;

/** Without clients, which are a worker of the built program. */
const SHORT = `name: short
summary: nothing happens
steps:
  - rest: 100ms
expect:
  - failovers: 0
`;

it(
  'a scratch cluster that cannot be removed costs no result',
  async () => {
    const home = await tempDir();
    const store = openStore(home);
    const runtime: Runtime = { clock: systemClock, store, env, drivers: DRIVERS, onProgress: () => {} };
    onTestFinished(async () => {
      for (const cluster of await store.list()) await down(runtime, cluster, { keepData: false });
    });
    const stuck = {
      ...store,
      forget: () => Promise.reject(refused('in-use', 'the engine still counts a container in the network')),
    };
    const scenarios = [await parseScenario(SHORT, 'short.yaml', [])];
    const result = await runChaos(
      { ...runtime, store: stuck },
      {
        ...{ scenarios, driver: 'process' as const, settings: {}, cluster: null, parallel: 1 },
        ...{ keep: false, seed: null, forMs: null, command: 'sentinelctl chaos run' },
      },
    );
    expect(result.scenarios).toHaveLength(1);
    expect(result.counts.holds, result.reason).toBe(1);
    const [left] = result.left;
    expect(left).toEqual({
      cluster: result.scenarios[0]?.cluster,
      why: 'the engine still counts a container in the network',
    });
    expect(chaos.exitCode?.(result)).toBe(4);
    expect(chaos.exitCode?.({ ...result, outcome: 'violated' })).toBe(1);
    expect(chaos.exitCode?.({ ...result, left: [] })).toBe(0);
    const text = chaosText(result, { color: false, columns: 200 });
    expect(text).toContain(`${left?.cluster} could not be removed, and is still there: the engine`);
    expect(text).toContain(`→ sentinelctl down --cluster ${left?.cluster}`);
  },
  LONG_MS,
);
