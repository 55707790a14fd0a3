import { type Engine, openDriver, requireCluster } from '../cluster/engine.js';
import { OperatorError } from '../errors.js';
import { randomScenario } from '../scenarios/random.js';
import { DEFAULT_SHAPE, type Scenario, type Shape } from '../scenarios/scenario.js';
import type { ChaosResult } from './result.js';
import { type ChaosOptions, runChaos } from './run.js';
import { openWorkshop } from './scratch.js';

export interface RandomRunOptions extends Omit<ChaosOptions, 'scenarios' | 'parallel'> {
  seed: number;
  forMs: number;
  /** Also more than a minority of the sentinels, or all replicas, at once. */
  wide: boolean;
}

/** More are never begun: each takes a second at the least. */
const MOST = 5000;
/** Short times, so that much happens in little time; not so short that Sentinel fails over twice. */
const SHAPE: Shape = { ...DEFAULT_SHAPE, downAfterMs: 1500, failoverTimeoutMs: 6000 };

/** Plays random scenarios one after the other until the time is over. The same seed plays the same ones. */
export async function runRandom(engine: Engine, options: RandomRunOptions): Promise<ChaosResult> {
  if (options.cluster !== null) return playRandom(engine, options, options.cluster);
  const workshop = openWorkshop(engine, Math.floor(engine.clock.wallMs()).toString(36), options);
  // Links are cut where this machine allows it; without them the other faults are played.
  let cluster: string;
  try {
    cluster = await workshop.make({ ...SHAPE, loopback: 'own' });
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    cluster = await workshop.make(SHAPE);
  }
  try {
    return await playRandom(engine, options, cluster);
  } finally {
    if (!options.keep) await workshop.remove(cluster);
  }
}

async function playRandom(engine: Engine, options: RandomRunOptions, cluster: string): Promise<ChaosResult> {
  const { seed, wide, forMs } = options;
  const state = await requireCluster(engine.store, cluster);
  const shape: Shape = { ...DEFAULT_SHAPE, ...state.plan.spec, loopback: 'shared' };
  const links = await linksWork(engine, cluster);
  const drivers: Scenario['drivers'] = [state.plan.driver];
  const scenarios = lazily(MOST, (n) => randomScenario(n, { seed, shape, links, wide, drivers }));
  return runChaos(engine, { ...options, scenarios, cluster, parallel: 1, seed, forMs });
}

async function linksWork(engine: Engine, cluster: string): Promise<boolean> {
  const driver = await openDriver(engine, await requireCluster(engine.store, cluster));
  try {
    return (await driver.links()).ok;
  } finally {
    driver.close();
  }
}

const lazily = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i + 1));
