import { inOneLine, OperatorError } from '../../errors.js';
import { formatDurationMs } from '../../model/duration.js';
import { type ClusterPlan, driverWord } from '../../model/plan.js';
import { count } from '../../model/words.js';
import { markFrontier } from '../../observe/frontier.js';
import { metricNamed } from '../../observe/metrics.js';
import { overloadWords } from '../../observe/overload.js';
import type { FailoverResult, RejoinMode, Trial, WorkloadSettings } from '../../observe/result.js';
import type { Restoration, SweepPoint, SweepResult, SweepTrial } from '../../observe/sweep-result.js';
import type { TrialSettings } from '../trial.js';

export interface SweepOptions {
  downAfterMs: readonly number[];
  minReplicas: readonly number[];
  /** min-replicas-max-lag, in seconds. */
  maxLagS: number;
  /** Per combination. */
  trials: number;
  seed: number;
  fault: TrialSettings['fault'];
  rejoin: RejoinMode;
  workload: WorkloadSettings;
  /** The command line that runs this again, for the report. */
  command: string;
}

export type Combination = Pick<SweepPoint, 'downAfterMs' | 'minReplicas'>;

/** Every down-after with every min-replicas-to-write, in the order in which they are played. */
export const combinationsOf = ({ downAfterMs, minReplicas }: SweepOptions): Combination[] =>
  downAfterMs.flatMap((down) => minReplicas.map((min) => ({ downAfterMs: down, minReplicas: min })));

export const combinationText = ({ downAfterMs, minReplicas }: Combination): string =>
  `down-after ${formatDurationMs(downAfterMs)}, min-replicas-to-write ${minReplicas}`;

export interface SweepEvidence {
  plan: ClusterPlan;
  options: SweepOptions;
  warnings: string[];
  startedAt: string;
  runs: readonly [Combination, FailoverResult][];
  /** How many combinations were begun. */
  begun: number;
  restoration: Restoration;
  broken: unknown;
}

/** Everything that was measured, in the shape that scripts rely on. Pure. */
export function sweepResultOf(evidence: SweepEvidence): SweepResult {
  const { plan, options, runs } = evidence;
  const { spec } = plan;
  const points = markFrontier(runs.map(([combination, run]) => pointOf(combination, run, options.trials)));
  const complete = runs.length === combinationsOf(options).length && runs.every(([, run]) => run.complete);
  return {
    ...verdictOf(points, complete, evidence),
    complete,
    cluster: spec.cluster,
    masterName: spec.masterName,
    driver: driverWord(plan),
    fault: options.fault.name,
    seed: options.seed,
    startedAt: evidence.startedAt,
    command: options.command,
    engine: runs[0]?.[1].engine ?? { name: 'unknown', version: 'unknown' },
    quorum: spec.quorum,
    maxLagS: options.maxLagS,
    trialsEach: options.trials,
    workload: options.workload,
    warnings: [...evidence.warnings, ...overloadWarning(evidence)],
    points,
    restoration: evidence.restoration,
  };
}

/** That the clients could not keep up, once for all combinations, with the numbers of the worst; empty where they did. */
function overloadWarning({ runs, options }: SweepEvidence): string[] {
  const behind = runs.flatMap(([combination, run]) => {
    const words = overloadWords(run);
    return words === null ? [] : [{ combination: combinationText(combination), words }];
  });
  const trials = behind.length === 0 ? [] : runs.flatMap(([, run]) => run.trials);
  const words = overloadWords({ trials, workload: options.workload, fault: options.fault.name });
  const worst = behind.find((one) => one.words === words);
  if (worst === undefined) return [];
  return [
    behind.length === 1
      ? `${worst.combination}: ${worst.words}`
      : `in ${behind.length} of ${count(runs.length, 'combination')} (worst: ${worst.combination}) ${worst.words}`,
  ];
}

function verdictOf(
  points: readonly SweepPoint[],
  complete: boolean,
  evidence: SweepEvidence,
): Pick<SweepResult, 'outcome' | 'reason'> {
  const { options, runs } = evidence;
  const played = runs.flatMap(([, run]) => run.trials);
  // A trial that was interrupted, or tested nothing, says nothing about a failover.
  const never = played.filter((t) => metricNamed('switchedMs')?.read(t) === 'never').length;
  if (never > 0) return { outcome: 'violated', reason: `in ${count(never, 'trial')} no failover came` };
  if (!complete) return { outcome: 'unknown', reason: incompleteWords(evidence) };
  const untested = played.flatMap((t) => t.untested ?? []);
  if (untested.length > 0)
    return { outcome: 'unknown', reason: `in ${count(untested.length, 'trial')}: ${untested[0]}` };
  const unproved = points.filter((p) => !p.proved).map(combinationText);
  if (unproved.length > 0) {
    return { outcome: 'unknown', reason: `evidence is missing for ${unproved.join('; ')}` };
  }
  const best = points.filter((p) => p.onFrontier).length;
  return {
    outcome: 'holds',
    reason: `${best} of ${count(points.length, 'combination')} on the frontier of outage and loss${tooFewWords(options.trials)}`,
  };
}

/** Which combination it ended in, and why; of a sweep that went on, the first one that could not be played to its end. */
function incompleteWords({ options, broken, runs, begun }: SweepEvidence): string {
  const of = combinationsOf(options).length;
  if (broken === undefined) {
    const i = runs.findIndex(([, run]) => !run.complete);
    const { trials = [], stoppedBy } = runs[i]?.[1] ?? {};
    const why = stoppedBy === undefined ? '' : `: ${stoppedBy}`;
    return `combination ${i + 1} of ${of} ended after ${trials.length} of ${count(options.trials, 'trial')}${why}`;
  }
  const isOver = runs.length === begun && runs.at(-1)?.[1].complete === true;
  const why = broken instanceof OperatorError ? `: ${inOneLine(broken)}` : '';
  return `it ended ${isOver ? 'after' : 'within'} combination ${begun} of ${of}${why}`;
}

/** Fewer have no median: the next sweep may order them differently. */
const ENOUGH_TRIALS = 3;

const tooFewWords = (trials: number): string =>
  trials >= ENOUGH_TRIALS
    ? ''
    : `; ${count(trials, 'trial')} each cannot tell combinations apart, use --trials ${ENOUGH_TRIALS} or more`;

function pointOf(combination: Combination, run: FailoverResult, trialsEach: number): SweepPoint {
  const trials = run.trials.map(trialOf);
  const proved =
    trials.length === trialsEach &&
    trials.every((t) => t.open !== true && t.switchedMs !== null && t.outageMs !== null && t.lost !== null);
  return {
    ...combination,
    proved,
    trials,
    switchedMs: run.summary.switchedMs ?? null,
    outageMs: run.summary['client.outageMs'] ?? null,
    lost: run.summary['ledger.lost'] ?? null,
    onFrontier: false,
  };
}

function trialOf(trial: Trial): SweepTrial {
  const of = (name: string): number | null => metricNamed(name)?.of(trial) ?? null;
  const isOpen = trial.cutShort === true || trial.untested !== undefined;
  return {
    ...(isOpen && { open: true as const }),
    switchedMs: of('switchedMs'),
    outageMs: of('client.outageMs'),
    lost: of('ledger.lost'),
    failed: of('ledger.failed'),
    spurious: trial.spurious.length,
  };
}
