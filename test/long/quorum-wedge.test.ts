import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { QuorumResult } from '../../src/scenarios/play/quorum.js';
import { until } from '../../src/until.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { askNode } from '../helpers/inside.js';
import { healthyStatus } from '../helpers/main-road.js';

const LONG_MS = 600_000;

let cli: Cli;
beforeAll(async () => {
  cli = await openCli({ hurried: true });
  const up = await cli.run([
    ...['up', '--driver', 'process', '--port', 'auto', '--down-after', '2s', '--failover-timeout', '3s'],
  ]);
  expect(up.code, up.stderr).toBe(0);
});
afterAll(() => cli?.close());

it('quorum-test names a wedge, tries nothing further, and brings everything back', {
  timeout: LONG_MS,
}, async () => {
  for (const id of ['redis-2', 'redis-3']) await askNode(cli, id, 'CONFIG', 'SET', 'replica-priority', '0');
  const known = await until(
    async () => {
      const views = await Promise.all(
        [1, 2, 3].map((n) => askNode(cli, `sentinel-${n}`, 'SENTINEL', 'REPLICAS', 'mymaster')),
      );
      return views.every((view) => JSON.stringify(view).split('"slave-priority","0"').length === 3)
        ? true
        : undefined;
    },
    { clock: systemClock, everyMs: 200, deadlineMs: 30_000 },
  );
  expect(known, 'the sentinels know the priorities').toBe(true);

  const ran = await cli.run(['quorum-test', '--json']);
  expect(ran.code, ran.stderr).toBe(1);
  const { outcome, reason, phases } = ran.json() as QuorumResult;
  expect(outcome).toBe('violated');
  expect(reason).toContain('-failover-abort-no-good-slave');
  expect(phases).toMatchObject([
    { id: 'one-down', outcome: 'violated', failedOver: false },
    { id: 'majority-down', outcome: 'skipped', result: null, failedOver: null },
  ]);
  await healthyStatus(cli);
});
