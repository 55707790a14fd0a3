import { type Engine, requireCluster } from '../cluster/engine.js';
import { EXIT, OperatorError } from '../errors.js';
import { onStage } from '../failover/run.js';
import { humanDurationMs } from '../model/duration.js';
import { command as commandText } from '../model/hints.js';
import type { DriverName } from '../model/plan.js';
import { type Scenario, type Shape, shapeKey } from '../scenarios/scenario.js';
import { shapeMisfit } from '../scenarios/shape.js';
import { type Played, playScenario } from './play.js';
import type { ChaosResult, ScenarioResult } from './result.js';
import { openWorkshop, type ScratchOptions, type Workshop } from './scratch.js';
import { whyNotHere } from './steps.js';

export interface ChaosOptions extends ScratchOptions {
  driver: DriverName;
  /** In the order in which their results are wanted. */
  scenarios: readonly Scenario[];
  /** A cluster of ours to play on; null: scratch clusters, removed at the end. */
  cluster: string | null;
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

/**
 * Plays scenarios, each on a cluster in the shape that it needs. What a driver or this machine can not do is skipped
 * with the reason. Throws OperatorError where nothing can be played at all, `not-healed` (4) where a cluster that was
 * named could not be put back, or the signal's reason before the first result.
 */
export async function runChaos(engine: Engine, options: ChaosOptions): Promise<ChaosResult> {
  const begun = engine.clock.now();
  const startedAt = new Date(engine.clock.wallMs()).toISOString();
  const results = new Map<Scenario, ScenarioResult>();
  const todo: Scenario[] = [];
  const onCluster =
    options.cluster === null ? null : (await requireCluster(engine.store, options.cluster)).plan.spec;
  for (const scenario of options.scenarios) {
    const why =
      whyNotHere(scenario, options.driver) ??
      (onCluster === null ? null : shapeMisfit(scenario.shape, onCluster));
    if (why === null) todo.push(scenario);
    else results.set(scenario, skippedResult(scenario, options, why));
  }
  const isOver = (): boolean => options.forMs !== null && engine.clock.now() - begun >= options.forMs;
  const next = taker(todo, isOver);
  const keepResult = (scenario: Scenario, result: ScenarioResult): void => {
    results.set(scenario, result);
    const count = options.forMs === null ? `${results.size} of ${options.scenarios.length}: ` : '';
    sayResult(engine, result, count);
  };
  try {
    if (options.cluster === null) await onScratch(engine, options, next, keepResult);
    else await onOne(engine, options, options.cluster, next, keepResult);
  } catch (error) {
    // What was played is worth more than nothing; the exit code still says that it was interrupted.
    if (engine.signal?.aborted !== true || results.size === 0 || isNotRestored(error)) throw error;
  }
  const scenarios = options.scenarios.flatMap((s) => results.get(s) ?? []);
  const complete = engine.signal?.aborted !== true;
  return {
    ...sumUp(scenarios, complete),
    complete,
    driver: options.driver,
    seed: options.seed,
    parallel: options.cluster === null ? options.parallel : 1,
    kept: options.keep ? [...new Set(scenarios.flatMap((s) => s.cluster ?? []))] : [],
    startedAt,
    tookMs: Math.round(engine.clock.now() - begun),
    command: options.command,
    scenarios,
  };
}

/** Hands out scenarios: of the shape that a cluster is there for, else of the shape that most are left of. */
type Take = (shape: Shape | null) => Scenario | undefined;

function taker(todo: Scenario[], isOver: () => boolean): Take {
  return (shape) => {
    if (isOver()) return undefined;
    const key = shape === null ? null : shapeKey(shape);
    const left = new Map<string, number>();
    for (const s of todo) left.set(shapeKey(s.shape), (left.get(shapeKey(s.shape)) ?? 0) + 1);
    const most = [...left].sort((a, b) => b[1] - a[1])[0]?.[0];
    const wanted = key !== null && left.has(key) ? key : most;
    const i = todo.findIndex((s) => shapeKey(s.shape) === wanted);
    return i < 0 ? undefined : todo.splice(i, 1)[0];
  };
}

type Keep = (scenario: Scenario, result: ScenarioResult) => void;

async function onOne(
  engine: Engine,
  options: ChaosOptions,
  cluster: string,
  take: Take,
  keep: Keep,
): Promise<void> {
  for (let scenario = take(null); scenario !== undefined; scenario = take(null)) {
    keep(scenario, (await playOn(engine, options, cluster, scenario)).result);
  }
}

/** A scratch cluster that is there. */
interface Bench {
  cluster: string;
  shape: Shape;
}

/** Several workers, each with a cluster of its own; all have ended, and removed theirs, when this settles. */
async function onScratch(engine: Engine, options: ChaosOptions, take: Take, keep: Keep): Promise<void> {
  const run = Math.floor(engine.clock.wallMs()).toString(36);
  const workers = Math.max(1, Math.min(options.parallel, options.scenarios.length));
  // What several do at the same time would read like one story.
  const alone = workers === 1 ? engine : { ...engine, onProgress: () => {} };
  const workshop = openWorkshop(alone, run, options);
  const ended = await Promise.allSettled(
    Array.from({ length: workers }, () => work(alone, workshop, options, take, keep)),
  );
  const failure = ended.find((e) => e.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

async function work(
  engine: Engine,
  workshop: Workshop,
  options: ChaosOptions,
  take: Take,
  keep: Keep,
): Promise<void> {
  let bench = null as Bench | null;
  const clear = async (): Promise<void> => {
    if (bench !== null) await (options.keep ? workshop.leave(bench.cluster) : workshop.remove(bench.cluster));
    bench = null;
  };
  try {
    for (let scenario = take(null); scenario !== undefined; scenario = take(bench?.shape ?? null)) {
      if (bench !== null && shapeKey(bench.shape) !== shapeKey(scenario.shape)) await clear();
      const fresh = bench === null;
      const made: string | OperatorError = bench?.cluster ?? (await orRefusal(workshop.make(scenario.shape)));
      if (typeof made !== 'string') {
        keep(scenario, skippedResult(scenario, options, wordsOf(made)));
        continue;
      }
      bench ??= { cluster: made, shape: scenario.shape };
      let played = await playOnScratch(engine, options, bench.cluster, scenario);
      if (played === 'not-steady' && !fresh) {
        // What the scenario before it left is not this one's affair.
        await clear();
        bench = { cluster: await workshop.make(scenario.shape), shape: scenario.shape };
        played = await playOnScratch(engine, options, bench.cluster, scenario);
      }
      if (played === 'not-steady')
        keep(scenario, unknownResult(scenario, options, 'a new cluster did not become steady'));
      else {
        keep(scenario, played.result);
        if (!played.settled) await clear();
      }
    }
  } finally {
    await clear();
  }
}

/** A cluster that can not be had here, loopback addresses of its own for instance. */
async function orRefusal(making: Promise<string>): Promise<string | OperatorError> {
  try {
    return await making;
  } catch (error) {
    if (error instanceof OperatorError && error.exitCode === EXIT.refused) return error;
    throw error;
  }
}

const wordsOf = (error: OperatorError): string => [error.message, error.why].filter(Boolean).join(': ');

const isNotRestored = (error: unknown): boolean =>
  error instanceof OperatorError && error.exitCode === EXIT.notRestored;

/** On a cluster that is removed anyway, nothing is so broken that it could not be told. */
async function playOnScratch(
  engine: Engine,
  options: ChaosOptions,
  cluster: string,
  scenario: Scenario,
): Promise<Played | 'not-steady'> {
  try {
    return await playOn(engine, options, cluster, scenario);
  } catch (error) {
    engine.signal?.throwIfAborted();
    if (!(error instanceof OperatorError)) throw error;
    if (error.code === 'not-steady' || error.code === 'too-soon') return 'not-steady';
    const why = wordsOf(error);
    const result = isNotRestored(error)
      ? { ...unknownResult(scenario, options, why), outcome: 'violated' as const }
      : unknownResult(scenario, options, why);
    return { result, settled: false };
  }
}

async function playOn(
  engine: Engine,
  options: ChaosOptions,
  cluster: string,
  scenario: Scenario,
): Promise<Played> {
  try {
    return await onStage(engine, cluster, `chaos run ${scenario.name}`, (up, routable) =>
      playScenario(engine, up, scenario, {
        routable,
        keep: options.keep,
        disposable: options.cluster === null && !options.keep,
        command: again(scenario, options),
      }),
    );
  } catch (error) {
    if (
      !(error instanceof OperatorError) ||
      error.exitCode !== EXIT.refused ||
      NOT_FOR_SKIPPING.has(error.code)
    )
      throw error;
    const why = wordsOf(error);
    return { result: skippedResult(scenario, options, why), settled: true };
  }
}

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

const again = (scenario: Scenario, { cluster, driver }: ChaosOptions): string =>
  commandText(
    `chaos run ${scenario.file.startsWith('built-in') ? scenario.name : scenario.file}${cluster === null ? ` --driver ${driver}` : ''}`,
    cluster ?? 'default',
  );

function emptyResult(scenario: Scenario, options: ChaosOptions): Omit<ScenarioResult, 'outcome' | 'reason'> {
  const { name, summary, tags, source } = scenario;
  return {
    name,
    summary,
    tags,
    source,
    weakness: null,
    cluster: options.cluster,
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

const skippedResult = (scenario: Scenario, options: ChaosOptions, reason: string): ScenarioResult => ({
  ...emptyResult(scenario, options),
  outcome: 'skipped',
  reason,
});

const unknownResult = (scenario: Scenario, options: ChaosOptions, reason: string): ScenarioResult => ({
  ...emptyResult(scenario, options),
  outcome: 'unknown',
  reason,
});

/** A line as it ends; of many that run at the same time it is the only one. */
function sayResult(engine: Engine, result: ScenarioResult, of: string): void {
  const { name, outcome, reason, tookMs } = result;
  const text = `${of}${name} ${outcome}${tookMs > 0 ? ` (${humanDurationMs(tookMs)})` : ''}`;
  const isFine = outcome === 'holds' || outcome === 'skipped';
  engine.onProgress({
    type: 'note',
    level: isFine ? 'info' : 'warning',
    text: outcome === 'holds' ? text : `${text}: ${reason}`,
  });
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
  const known =
    weaknesses === 0 ? '' : `, ${weaknesses} of them by showing a weakness of Sentinel that is known`;
  return {
    outcome: 'holds',
    reason: `${played} scenario${played === 1 ? '' : 's'} played as expected${known}`,
    counts,
  };
}
