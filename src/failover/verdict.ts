import { humanDurationMs } from '../model/duration.js';
import { type ClusterPlan, driverWord } from '../model/plan.js';
import { downAfterText, liveSettings, type SentinelSettings } from '../model/sentinel-settings.js';
import type { Snapshot } from '../model/snapshot.js';
import { listed } from '../model/words.js';
import { overloadOf } from '../observe/overload.js';
import type { FailoverResult, InvariantResult, ThresholdResult, Trial, Verdict } from '../observe/result.js';
import { faultForMs, switchBudgetMs } from './fault.js';
import { judge } from './judge.js';
import type { FailoverTestOptions } from './options.js';
import { summarize } from './summary.js';
import { parseThreshold, type Threshold } from './thresholds.js';
import { type NodeSettings, topologyOf } from './topology.js';

export interface Evidence {
  plan: ClusterPlan;
  trials: readonly Trial[];
  /** The cluster before the first trial; null when none was played. */
  before: Snapshot | null;
  /** Of the data nodes, before the first trial. */
  settings: NodeSettings;
  startedAt: string;
  options: FailoverTestOptions;
}

/** Everything that was measured and judged, in the shape that scripts rely on. Pure. */
export function resultOf({ plan, trials, before, settings, startedAt, options }: Evidence): FailoverResult {
  const { spec } = plan;
  const config = liveSettings(spec, before);
  const budgetMs = switchBudgetMs(options, config);
  const outageBudgetMs = options.outageBudgetMs ?? null;
  const limits = [
    parseThreshold(`switchedMs<=${budgetMs}`),
    ...(outageBudgetMs === null ? [] : [parseThreshold(`client.outageMs<=${outageBudgetMs}`)]),
    ...options.thresholds,
  ];
  const thresholds = limits.map((t) => judge(t, trials, options.trials));
  // With --no-restart nothing was to rejoin: that evidence is not missing.
  const isAsked = ({ id }: InvariantResult): boolean =>
    options.rejoin !== null || id !== 'old-master-rejoined';
  const invariants = overTrials(trials).filter(isAsked);
  const answer = before?.groups.flatMap((g) => g.nodes).find((n) => n.answer !== null)?.answer;
  const complete = trials.length === options.trials && !trials.some((t) => t.cutShort);
  const outcome = worst([
    ...thresholds.map((t) => t.holds),
    ...invariants.map((i) => i.verdict),
    ...(complete && trials.every((t) => t.untested === undefined) ? [] : (['unknown'] as const)),
  ]);
  return {
    outcome,
    reason: reasonOf(outcome, trials, thresholds, invariants, config, complete),
    complete,
    trialsAsked: options.trials,
    cluster: spec.cluster,
    masterName: spec.masterName,
    driver: driverWord(plan),
    fault: options.fault.name,
    faultForMs: faultForMs(options.fault, config),
    seed: options.seed,
    startedAt,
    command: options.command,
    engine: { name: answer?.engine ?? 'unknown', version: answer?.version ?? 'unknown' },
    ...(before === null ? {} : { topology: topologyOf(plan, before, settings) }),
    config,
    budgetMs,
    outageBudgetMs,
    workload: options.workload,
    trials: trials.map((trial) =>
      judgedTrial(trial, limits, trial.invariants.filter(isAsked), {
        workload: options.workload,
        fault: options.fault.name,
      }),
    ),
    summary: summarize(trials),
    thresholds,
    invariants,
  };
}

/** A trial by its invariants, and by the thresholds that each trial must satisfy; the others need all trials. */
function judgedTrial(
  trial: Trial,
  limits: readonly Threshold[],
  invariants: readonly InvariantResult[],
  load: Parameters<typeof overloadOf>[1],
): Trial {
  const overload = overloadOf(trial, load);
  const own = limits
    .filter((limit) => limit.aggregation.kind === 'each')
    .map((limit) => judge(limit, [trial], 1));
  const isOpen = trial.untested !== undefined || trial.cutShort === true;
  return {
    ...trial,
    ...(overload === null ? {} : { overload }),
    outcome: worst([
      ...own.map((t) => t.holds),
      ...invariants.map((i) => i.verdict),
      ...(isOpen || invariants.length === 0 ? (['unknown'] as const) : []),
    ]),
    broken: own.filter((t) => t.holds === 'violated').map((t) => t.expression),
  };
}

function worst(verdicts: Verdict[]): Verdict {
  if (verdicts.includes('violated')) return 'violated';
  return verdicts.includes('unknown') ? 'unknown' : 'holds';
}

/** Each invariant once, with the verdict and the evidence of the trial in which it fared worst. */
function overTrials(trials: readonly Trial[]): InvariantResult[] {
  const ids = [...new Set(trials.flatMap((t) => t.invariants.map((i) => i.id)))];
  return ids.flatMap((id) => {
    const each = trials.flatMap((t, n) =>
      t.invariants.filter((i) => i.id === id).map((i) => ({ ...i, n: n + 1 })),
    );
    const verdict = worst(each.map((i) => i.verdict));
    const shown = each.find((i) => i.verdict === verdict);
    if (shown === undefined) return [];
    const { n, ...result } = shown;
    const where = trials.length > 1 && verdict !== 'holds' ? `trial ${n}: ` : '';
    return [{ ...result, evidence: `${where}${result.evidence}` }];
  });
}

function reasonOf(
  outcome: Verdict,
  trials: readonly Trial[],
  thresholds: ThresholdResult[],
  invariants: InvariantResult[],
  config: SentinelSettings,
  complete: boolean,
): string {
  const last = trials.at(-1);
  if (trials.length === 1 && last?.cutShort)
    return [
      ...thresholds.flatMap((t) => (t.holds === 'violated' ? [`${t.expression} does not hold`] : [])),
      'it was interrupted: the result contains what was observed until then',
    ].join('; ');
  const times = trials.flatMap((t) => (t.phases.switchedMs === null ? [] : [t.phases.switchedMs]));
  const untested = trials.flatMap((t) => t.untested ?? []);
  const [first] = untested;
  const without = trials.filter(
    (t) => t.phases.switchedMs === null && !t.cutShort && t.untested === undefined,
  ).length;
  if (without > 0) {
    return trials.length === 1
      ? 'no sentinel switched to another master'
      : `in ${without} of ${trials.length} trials no sentinel switched to another master`;
  }
  if (first !== undefined && outcome === 'unknown')
    return trials.length === 1 ? first : `in ${untested.length} of ${trials.length} trials: ${first}`;
  const slowest = Math.max(...times);
  const switched =
    times.length === 0
      ? 'nothing was measured'
      : `the first sentinel switched ${trials.length === 1 ? '' : 'at most '}${humanDurationMs(slowest)} after the fault, ${humanDurationMs(slowest - config.downAfterMs)} beyond down-after ${downAfterText(config)}`;
  const broken = thresholds.filter((t) => t.holds === outcome).map(({ expression }) => expression);
  const culprit = invariants.find((i) => i.verdict === outcome);
  if (outcome !== 'holds' && broken.length > 0) {
    const how =
      outcome !== 'violated' ? 'could not be judged' : broken.length === 1 ? 'does not hold' : 'do not hold';
    return `${switched}; ${listed(broken)} ${how}`;
  }
  if (outcome !== 'holds' && culprit !== undefined) return `${culprit.id}: ${culprit.evidence}`;
  return complete ? switched : `${switched}; it ended before its last trial`;
}
