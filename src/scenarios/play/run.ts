import { withCluster } from '../../cluster/open.js';
import { atEach } from '../../cluster/rights.js';
import type { Runtime } from '../../cluster/runtime.js';
import type { ClusterState } from '../../cluster/store/state.js';
import { isNotRestored } from '../../faults/conduct.js';
import { together } from '../../model/operator-rights.js';
import type { ChaosResult, LeftCluster, ScenarioResult } from '../format/result.js';
import type { Scenario } from '../format/scenario.js';
import { onScratch } from './on-scratch.js';
import { endsNodes, sentIn } from './plan.js';
import { type ChaosOptions, cutResult, playOn, skippedResult } from './play-on.js';
import { type NextScenario, type OnResult, scenarioQueue } from './scenario-queue.js';
import { whyNotHere } from './steps.js';

/**
 * Plays scenarios, each on a cluster in the shape that it needs. What a driver or this machine cannot do is skipped
 * with the reason. Throws OperatorError where nothing can be played at all, `not-healed` (4) where a cluster that was
 * named could not be restored, or the signal's reason before the first result.
 */
export async function runChaos(runtime: Runtime, options: ChaosOptions): Promise<ChaosResult> {
  const begun = runtime.clock.now();
  const startedAt = new Date(runtime.clock.wallMs()).toISOString();
  const results = new Map<Scenario, ScenarioResult>();
  let left: LeftCluster[] = [];
  const todo: Scenario[] = [];
  for (const scenario of options.scenarios) {
    const why = whyNotHere(scenario, options.driver);
    if (why === null) todo.push(scenario);
    else results.set(scenario, skippedResult(scenario, options, why));
  }
  const isOver = (): boolean => options.forMs !== null && runtime.clock.now() - begun >= options.forMs;
  const queue = scenarioQueue(todo, isOver);
  const begunAt = new Map<Scenario, number>();
  const next: NextScenario = (shape) => {
    const scenario = queue(shape);
    if (scenario === undefined) return undefined;
    begunAt.set(scenario, runtime.clock.now());
    runtime.onProgress({ type: 'step', id: stepId(scenario), state: 'start', label: scenario.name });
    return scenario;
  };
  const keepResult = (scenario: Scenario, result: ScenarioResult): void => {
    results.set(scenario, result);
    const count = options.forMs === null ? `${results.size} of ${options.scenarios.length}: ` : '';
    const beganAt = begunAt.get(scenario) ?? runtime.clock.now();
    sayResult(runtime, stepId(scenario), result, { count, ms: runtime.clock.now() - beganAt });
  };
  try {
    if (options.cluster === null)
      await onScratch(runtime, options, next, keepResult, (those) => {
        left = those;
      });
    else await onOne(runtime, options, options.cluster, next, keepResult);
  } catch (error) {
    // What was played is worth more than nothing; the exit code still says that it was interrupted.
    if (runtime.signal?.aborted !== true || results.size === 0 || isNotRestored(error)) throw error;
  }
  const scenarios = options.scenarios.flatMap((s) => results.get(s) ?? []);
  const complete = runtime.signal?.aborted !== true;
  return {
    ...sumUp(scenarios, complete),
    complete,
    driver: options.driver,
    seed: options.seed,
    parallel: options.cluster === null ? options.parallel : 1,
    kept: options.keep ? [...new Set(scenarios.flatMap((s) => s.cluster ?? []))] : [],
    left,
    startedAt,
    tookMs: Math.round(runtime.clock.now() - begun),
    command: options.command,
    scenarios,
  };
}

async function onOne(
  runtime: Runtime,
  options: ChaosOptions,
  cluster: ClusterState,
  next: NextScenario,
  onResult: OnResult,
): Promise<void> {
  await requireAllowed(runtime, options, cluster);
  for (let scenario = next(null); scenario !== undefined; scenario = next(null)) {
    try {
      onResult(scenario, (await playOn(runtime, options, cluster, scenario)).result);
    } catch (error) {
      if (runtime.signal?.aborted === true && !isNotRestored(error))
        onResult(scenario, cutResult(scenario, options, error));
      throw error;
    }
  }
}

/** Throws `others-act` or `right-missing` (3) before the first scenario where one of them does what may not be done. */
async function requireAllowed(
  runtime: Runtime,
  { scenarios, driver }: ChaosOptions,
  cluster: ClusterState,
): Promise<void> {
  if (cluster.attached === undefined) return;
  const played = scenarios.filter((scenario) => whyNotHere(scenario, driver) === null);
  const isReset = played.some(({ steps }) =>
    steps.some((one) => one.do === 'sentinel' && one.command === 'reset'),
  );
  if (isReset) await runtime.attached?.requireAlone(cluster.attached, 'reset');
  const besides = atEach(together(...played.map((scenario) => sentIn(scenario, driver))));
  const isEnding = played.some((scenario) => endsNodes(scenario, driver));
  const clients = played.some(({ workload }) => workload !== null);
  await withCluster(
    runtime,
    cluster,
    { rights: { purpose: 'chaos', besides, clients, ends: () => isEnding } },
    async () => {},
  );
}

const stepId = ({ name, file }: Scenario): string => `chaos ${name} ${file}`;

/** A line as it ends, with its time, its cluster's making included. */
function sayResult(
  runtime: Runtime,
  id: string,
  { name, outcome, reason }: ScenarioResult,
  { count, ms }: { count: string; ms: number },
): void {
  const state = outcome === 'holds' || outcome === 'skipped' ? 'done' : 'failed';
  // The result says what an interrupt left.
  const why = outcome === 'holds' || runtime.signal?.aborted === true ? '' : `: ${reason}`;
  const label = `${count}${name} ${outcome}${why}`;
  runtime.onProgress({ type: 'step', id, state, label, ms });
}

function sumUp(
  scenarios: readonly ScenarioResult[],
  complete: boolean,
): Pick<ChaosResult, 'outcome' | 'reason' | 'counts'> {
  const of = (outcome: ScenarioResult['outcome']): number =>
    scenarios.filter((s) => s.outcome === outcome).length;
  const counts = {
    holds: of('holds'),
    violated: of('violated'),
    unknown: of('unknown'),
    skipped: of('skipped'),
  };
  const culprit =
    scenarios.find((s) => s.outcome === 'violated') ?? scenarios.find((s) => s.outcome === 'unknown');
  const played = scenarios.length - counts.skipped;
  if (culprit?.outcome === 'violated')
    return { outcome: 'violated', reason: `${culprit.name}: ${culprit.reason}`, counts };
  if (culprit !== undefined)
    return { outcome: 'unknown', reason: `${culprit.name}: ${culprit.reason}`, counts };
  if (!complete) return { outcome: 'unknown', reason: 'it was interrupted before its last scenario', counts };
  if (played === 0) {
    const why = scenarios[0]?.reason;
    return { outcome: 'unknown', reason: `nothing was played${why === undefined ? '' : `: ${why}`}`, counts };
  }
  const weaknesses = scenarios.filter((s) => s.weakness?.shown).length;
  const known = weaknesses === 0 ? '' : `, ${weaknesses} of them by showing a known weakness of Sentinel`;
  return {
    outcome: 'holds',
    reason: `${played} scenario${played === 1 ? '' : 's'} played as expected${known}`,
    counts,
  };
}
