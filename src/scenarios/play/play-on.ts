import type { LiveCluster } from '../../cluster/open.js';
import type { Runtime } from '../../cluster/runtime.js';
import type { ClusterState } from '../../cluster/store/state.js';
import { EXIT, messageAndWhy, OperatorError } from '../../errors.js';
import { withTrialCluster } from '../../failover/run.js';
import type { DriverName } from '../../model/drivers.js';
import { command as commandText } from '../../model/hints.js';
import type { ScenarioResult } from '../format/result.js';
import { type Scenario, shapeMisfit } from '../format/scenario.js';
import { type Played, playScenario } from './play.js';
import type { ScratchOptions } from './scratch.js';

export interface ChaosOptions extends ScratchOptions {
  driver: DriverName;
  /** In the order in which their results are wanted. */
  scenarios: readonly Scenario[];
  /** A cluster created by sentinelctl to play on; null: scratch clusters, removed at the end. */
  cluster: ClusterState | null;
  /** How many scratch clusters at the same time. */
  parallel: number;
  /** Leave what was injected, and the scratch cluster. */
  keep: boolean;
  seed: number | null;
  /** The command line that runs all of it again. */
  command: string;
  /** No scenario is begun after so long, milliseconds; null: all are played. */
  forMs: number | null;
}

/** Plays a scenario on a cluster created by sentinelctl, under its lock; what cannot be done there is skipped. Throws what playScenario does. */
export async function playOn(
  runtime: Runtime,
  options: ChaosOptions,
  known: ClusterState,
  scenario: Scenario,
): Promise<Played> {
  try {
    return await withTrialCluster(runtime, known, { lock: `chaos run ${scenario.name}` }, async (live) => {
      const misfit = options.cluster === null ? null : await misfitOf(live, scenario);
      if (misfit !== null) return { result: skippedResult(scenario, options, misfit), settled: true };
      return playScenario(runtime, live, scenario, {
        keep: options.keep,
        disposable: options.cluster === null && !options.keep,
        command: again(scenario, options),
      });
    });
  } catch (error) {
    if (!saysNotHere(error)) throw error;
    const why = messageAndWhy(error);
    return { result: skippedResult(scenario, options, why), settled: true };
  }
}

/** Why a cluster does not fit a scenario, by the settings in effect; null when it does. */
const misfitOf = async ({ plan, settings }: LiveCluster, { shape }: Scenario): Promise<string | null> =>
  shapeMisfit(shape, { ...plan.spec, ...(await settings()) });

/** Refusals that say something of the cluster, not of what can be done here. */
const NOT_FOR_SKIPPING = new Set([
  'not-steady',
  'too-soon',
  'unfinished-journal',
  'locked',
  'cluster-unknown',
  'no-master',
  'state-unreadable',
  'state-directory',
]);

/** A refusal for something that cannot be done on this machine, or by this driver: the scenario is skipped. */
export const saysNotHere = (error: unknown): error is OperatorError =>
  error instanceof OperatorError && error.exitCode === EXIT.refused && !NOT_FOR_SKIPPING.has(error.code);

function again(scenario: Scenario, { cluster, driver }: ChaosOptions): string {
  const words = `chaos run ${scenario.file.startsWith('built-in') ? scenario.name : scenario.file}`;
  // Its own cluster, also where `use` chose another one.
  return cluster === null
    ? `sentinelctl ${words} --driver ${driver}`
    : commandText(words, cluster.plan.spec.cluster);
}

function emptyResult(scenario: Scenario, options: ChaosOptions): Omit<ScenarioResult, 'outcome' | 'reason'> {
  const { name, summary, tags, source } = scenario;
  return {
    name,
    summary,
    tags,
    source,
    weakness: null,
    cluster: options.cluster?.plan.spec.cluster ?? null,
    driver: options.driver,
    engine: null,
    tookMs: 0,
    steps: [],
    expectations: [],
    invariants: [],
    events: [],
    command: again(scenario, options),
  };
}

/** The result of one that was not played. */
export const skippedResult = (scenario: Scenario, options: ChaosOptions, reason: string): ScenarioResult => ({
  ...emptyResult(scenario, options),
  outcome: 'skipped',
  reason,
});

/** The result of one that was interrupted, after its cluster was restored or removed. */
export const cutResult = (
  scenario: Scenario,
  options: ChaosOptions,
  error: unknown,
  after: readonly string[] = [],
): ScenarioResult =>
  unknownResult(
    scenario,
    options,
    ['interrupted', ...(error instanceof OperatorError ? error.account : []), ...after].join('; '),
  );

/** The result of one whose cluster was not available, or broke. */
export const unknownResult = (scenario: Scenario, options: ChaosOptions, reason: string): ScenarioResult => ({
  ...emptyResult(scenario, options),
  outcome: 'unknown',
  reason,
});
