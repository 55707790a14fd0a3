import { withCluster } from '../../cluster/open.js';
import { type Runtime, requireCluster } from '../../cluster/runtime.js';
import { type ClusterState, notCreated } from '../../cluster/store/state.js';
import { OperatorError } from '../../errors.js';
import { DOUBLE_FAILOVER_BELOW_MS } from '../../model/sentinel-timing.js';
import { randomScenario } from '../format/random.js';
import type { ChaosResult } from '../format/result.js';
import { DEFAULT_SHAPE, type Scenario, type Shape } from '../format/scenario.js';
import type { ChaosOptions } from './play-on.js';
import { runChaos } from './run.js';
import { openScratchClusters } from './scratch.js';

export interface RandomRunOptions extends Omit<ChaosOptions, 'scenarios' | 'parallel'> {
  seed: number;
  forMs: number;
  /** Also more than a minority of the sentinels, or all replicas, at once. */
  wide: boolean;
}

/** More are never begun: each takes a second at the least. */
const MOST = 5000;
/** Short times, so that much happens in little time; not so short that Sentinel fails over twice. */
const SHAPE: Shape = { ...DEFAULT_SHAPE, downAfterMs: DOUBLE_FAILOVER_BELOW_MS, failoverTimeoutMs: 6000 };

/** Plays random scenarios one after the other until the time is over. The same seed plays the same ones. */
export async function runRandom(runtime: Runtime, options: RandomRunOptions): Promise<ChaosResult> {
  if (options.cluster !== null) return playRandom(runtime, options, options.cluster);
  const clusters = openScratchClusters(runtime, Math.floor(runtime.clock.wallMs()).toString(36), options);
  // Links are cut where this machine allows it; without them the other faults are played.
  let cluster: string;
  try {
    cluster = await clusters.make({ ...SHAPE, loopback: 'own' });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    cluster = await clusters.make(SHAPE);
  }
  const remove = async (): Promise<void> => {
    if (!options.keep) await clusters.remove(cluster);
  };
  try {
    const result = await playRandom(runtime, options, await requireCluster(runtime.store, cluster));
    await remove();
    return { ...result, left: clusters.left() };
  } finally {
    await remove();
  }
}

async function playRandom(
  runtime: Runtime,
  options: RandomRunOptions,
  cluster: ClusterState,
): Promise<ChaosResult> {
  const { seed, wide, forMs } = options;
  const { plan } = cluster;
  if (cluster.attached !== undefined) throw notCreated(plan.spec.cluster);
  const shape: Shape = { ...DEFAULT_SHAPE, ...plan.spec, loopback: 'shared' };
  const links = await linksWork(runtime, cluster);
  const drivers: Scenario['drivers'] = [plan.driver];
  const scenarios = lazily(MOST, (n) => randomScenario(n, { seed, shape, links, wide, drivers }));
  return runChaos(runtime, { ...options, scenarios, cluster, parallel: 1, seed, forMs });
}

async function linksWork(runtime: Runtime, state: ClusterState): Promise<boolean> {
  return withCluster(runtime, state, {}, async ({ host }) => (await host.links()).ok);
}

const lazily = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i + 1));
