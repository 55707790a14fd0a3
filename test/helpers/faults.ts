import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from 'node:process';
import { systemClock } from '../../src/clock.js';
import { down } from '../../src/cluster/down.js';
import { openCluster } from '../../src/cluster/open.js';
import { type Runtime, requireCluster } from '../../src/cluster/runtime.js';
import { openStore } from '../../src/cluster/store/state.js';
import { up } from '../../src/cluster/up/up.js';
import { DRIVERS } from '../../src/drivers/registry.js';
import type { ActContext } from '../../src/faults/act.js';
import { type Experiment, openExperiment } from '../../src/faults/experiment.js';
import type { DriverName } from '../../src/model/drivers.js';
import type { NodePlan } from '../../src/model/plan.js';
import { DEFAULT_SPEC } from '../../src/model/spec.js';
import { ask } from './inside.js';
import { QUIET_MS } from './quiet.js';

/** A cluster of the engine's own, in this process: for what no command line shows. */
export interface FaultCluster extends ActContext {
  home: string;
  node(id: string): NodePlan;
  /** What a node itself answers. */
  ask(id: string, ...words: (string | number)[]): Promise<unknown>;
  open(keep?: boolean): Promise<Experiment>;
  close(): Promise<void>;
}

/** Brings one up, in which no failover happens, with a failover-timeout of 10 s; `close` takes it down. */
export async function openFaultCluster(cluster: string, driver: DriverName): Promise<FaultCluster> {
  const home = await realpath(await mkdtemp(join(tmpdir(), 'sentinelctl-test-')));
  const runtime = runtimeIn(home);
  const spec = {
    ...DEFAULT_SPEC,
    cluster,
    downAfterMs: QUIET_MS,
    failoverTimeoutMs: 10_000,
    port: 'auto' as const,
    sentinelPort: 'auto' as const,
  };
  await up(runtime, {
    spec,
    given: {},
    driver,
    givenSettings: driver === 'docker' ? { image: 'host' } : {},
    password: undefined,
  });
  const opened = await openFaultClusterOn(home, cluster);
  return {
    ...opened,
    async close() {
      await opened.close();
      await down(runtime, cluster, { keepData: false });
      await rm(home, { recursive: true, force: true });
    },
  };
}

const runtimeIn = (home: string): Runtime => ({
  clock: systemClock,
  store: openStore(home),
  env,
  drivers: DRIVERS,
  onProgress: () => {},
});

/** Opens one that is up already; `close` leaves it up. */
export async function openFaultClusterOn(home: string, cluster: string): Promise<FaultCluster> {
  const runtime = runtimeIn(home);
  const state = await requireCluster(runtime.store, cluster);
  const live = await openCluster(runtime, state, { deadlineMs: 30_000 });
  const node = (id: string): NodePlan => {
    const found = state.plan.nodes.find((n) => n.id === id);
    if (found === undefined) throw new Error(`there is no node ${id}`);
    return found;
  };
  return {
    home,
    runtime,
    live,
    node,
    ask: (id, ...words) => ask(node(id), words),
    open: (keep = false) => openExperiment(runtime, live, { what: 'a test', keep, guardMs: null }),
    async close() {
      live.close();
    },
  };
}
