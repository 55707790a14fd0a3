import { formatDurationMs } from '../model/duration.js';
import { type Random, randomOf } from '../model/random.js';
import { rankSumTest } from '../model/rank-sum.js';
import { ascending, percentileOf } from '../model/statistics.js';
import { listed } from '../model/words.js';
import { METRICS, type Metric, type MetricName } from '../observe/metrics.js';
import { worstOverload } from '../observe/overload.js';
import type { FailoverResult, Trial, Verdict, WorkloadSettings } from '../observe/result.js';

/** Fewer trials on a side cannot be distinguished from chance. */
const FEWEST_TRIALS = 3;
/**
 * What is called worse is due to chance with at most this probability: what five trials on either side can reach, and
 * small enough that a dozen metrics together seldom raise a false alarm.
 */
const LEVEL = 1 / 250;
/** Less than this share of the baseline's median is of no consequence, however certain. */
const SMALLEST_SHARE = 0.05;
/** Three or four trials cannot be that certain: as certain as they can be, they must show more. */
const SMALLEST_SHARE_OF_FEW = 0.5;
/** And so is less than this, in milliseconds: a fraction of Sentinel's tick; of a latency: what a busy machine adds. */
const SMALLEST_MS = 20;
const SMALLEST_LATENCY_MS = 1;

export interface MetricComparison {
  metric: MetricName;
  unit: Metric['unit'];
  /** Medians in the metric's unit; null where there is none, or where it never happened. */
  baseline: number | null;
  now: number | null;
  /** How many trials there are values of, what never happened included. */
  trials: [baseline: number, now: number];
  verdict: 'worse' | 'better' | 'same' | 'unknown';
  /** How likely chance alone explains the difference in the direction that was seen; null where it was not tested. */
  chance: number | null;
}

/** What became of the measurements since an earlier run. */
export interface BaselineComparison {
  /** `violated`: something got worse beyond noise; `unknown`: not comparable, or too few trials to tell. */
  outcome: Verdict;
  /** One sentence for a person. */
  reason: string;
  baselineStartedAt: string;
  differs: SettingDifference[];
  /** Empty where a decisive setting differs. */
  metrics: MetricComparison[];
}

/**
 * Compares a run with an earlier one, metric by metric over their trials. Worse, or better, is what the rank sum test
 * (see `rankSumTest`) leaves to chance by at most 1 in 250, and a change of more than 5 % and 20 ms. Three or four
 * trials on a side cannot reach that: there all must lie on the same side, and the change be more than half. With
 * fewer a metric is unknown. Runs with another fault, other timing or another workload are not compared at all:
 * `differs` says why. Where the machine could not keep up in one of them, the outcome is unknown. Metrics that cannot get worse are left out. Pure; `now.seed` decides the draws.
 */
export function compare(baseline: FailoverResult, now: FailoverResult): BaselineComparison {
  const differs = settingsThatDiffer(baseline, now);
  const decisive = differs.filter((d) => d.decisive);
  const random = randomOf(now.seed);
  const metrics =
    decisive.length > 0
      ? []
      : METRICS.filter((m) => m.worse !== null).flatMap((m) => {
          const both = [baseline, now].map(({ trials }) => valuesOf(m, trials));
          const [before = [], after = []] = both;
          return before.length + after.length === 0 ? [] : [compareMetric(m, before, after, random)];
        });
  return {
    ...(overloadVerdict(baseline, now, decisive) ??
      verdictOf(metrics, decisive, [baseline.trials.length, now.trials.length])),
    baselineStartedAt: baseline.startedAt,
    differs,
    metrics,
  };
}

/** What a machine measures that does not keep up says nothing about the cluster, neither better nor worse. */
function overloadVerdict(
  baseline: FailoverResult,
  now: FailoverResult,
  decisive: readonly SettingDifference[],
): Pick<BaselineComparison, 'outcome' | 'reason'> | null {
  const runs = [
    ...(worstOverload(baseline) === null ? [] : ['in the baseline']),
    ...(worstOverload(now) === null ? [] : ['now']),
  ];
  return runs.length === 0 || decisive.length > 0
    ? null
    : { outcome: 'unknown', reason: `the clients could not keep up with the writes ${listed(runs)}` };
}

/** What never happened is later than everything that did. */
function valuesOf(metric: Metric, trials: readonly Trial[]): number[] {
  const readings = trials.map((t) => metric.read(t)).filter((r) => r !== 'unknown');
  return ascending(readings.map((r) => (r === 'never' ? Number.POSITIVE_INFINITY : r)));
}

function compareMetric(metric: Metric, before: number[], after: number[], random: Random): MetricComparison {
  const [was, is] = [before, after].map((values) => percentileOf(values, 50)) as [number, number];
  const base = {
    metric: metric.name,
    unit: metric.unit,
    baseline: shownOf(was),
    now: shownOf(is),
    trials: [before.length, after.length] as [number, number],
  };
  if (Math.min(before.length, after.length) < FEWEST_TRIALS)
    return { ...base, verdict: 'unknown', chance: null };
  const { above, below } = rankSumTest(after, before, random);
  const chance = Math.min(above, below);
  const certain = chance <= Math.max(LEVEL, 1 / divisions(before.length, after.length) + 1e-9);
  const share = chance <= LEVEL ? SMALLEST_SHARE : SMALLEST_SHARE_OF_FEW;
  if (!certain || !matters(metric, was, is, share)) return { ...base, verdict: 'same', chance };
  const higher = above < below;
  return { ...base, verdict: higher === (metric.worse === 'higher') ? 'worse' : 'better', chance };
}

const shownOf = (median: number | undefined): number | null =>
  median === undefined || !Number.isFinite(median) ? null : median;

/** In how many ways the trials could be divided: chance cannot be given less than one in as many. */
function divisions(a: number, b: number): number {
  let ways = 1;
  for (let i = 1; i <= a; i++) ways *= (b + i) / i;
  return ways;
}

function matters({ name, unit }: Metric, was: number, is: number, share: number): boolean {
  if (was === is) return false;
  const least = unit === 'count' ? 0 : name.includes('latency') ? SMALLEST_LATENCY_MS : SMALLEST_MS;
  return Math.abs(is - was) > Math.max(least, share * Math.abs(was)) || !Number.isFinite(was - is);
}

function verdictOf(
  metrics: readonly MetricComparison[],
  decisive: readonly SettingDifference[],
  [before, after]: [number, number],
): Pick<BaselineComparison, 'outcome' | 'reason'> {
  if (decisive.length > 0) {
    const what = decisive.map((d) => `${d.setting} (${d.baseline}, now ${d.now})`);
    return { outcome: 'unknown', reason: `not comparable with the baseline: it differs in ${listed(what)}` };
  }
  const named = (verdict: MetricComparison['verdict']): string[] =>
    metrics.filter((m) => m.verdict === verdict).map((m) => m.metric);
  const worse = named('worse');
  if (worse.length > 0)
    return { outcome: 'violated', reason: `${listed(worse)} got worse since the baseline` };
  if (Math.min(before, after) < FEWEST_TRIALS) {
    const reason = `too few trials to separate a change from noise: ${before} in the baseline, ${after} now; at least ${FEWEST_TRIALS} each are needed`;
    return { outcome: 'unknown', reason };
  }
  const unknown = named('unknown');
  if (unknown.length > 0) {
    return { outcome: 'unknown', reason: `too few trials have a value to compare of ${listed(unknown)}` };
  }
  const better = named('better');
  const gain = better.length > 0 ? `; better: ${listed(better)}` : '';
  return { outcome: 'holds', reason: `nothing got worse since the baseline beyond noise${gain}` };
}

/** A setting that is not the same in two runs, as words. */
interface SettingDifference {
  setting: string;
  baseline: string;
  now: string;
  /** True where the two then do not measure the same thing. */
  decisive: boolean;
}

/** null where the run does not tell: that differs from nothing. */
type Setting = [name: string, decisive: boolean, of: (result: FailoverResult) => string | null];

const ofWorkload =
  (of: (workload: WorkloadSettings) => string | number) =>
  ({ workload }: FailoverResult): string =>
    workload === null ? 'no workload' : String(of(workload));

const rejoinModes = ({ trials }: FailoverResult): string | null => {
  // Where no failover came there was nothing to rejoin, whatever had been asked for; an interrupted trial does not tell.
  const returned = trials.filter((t) => t.newMaster !== null && t.cutShort !== true);
  const modes = returned.map((t) => t.rejoin?.mode ?? 'left down');
  return modes.length === 0 ? null : [...new Set(modes)].sort().join(', ');
};

/** What decides on what is measured; then what is merely worth saying: another engine or driver may be the question. */
const SETTINGS: readonly Setting[] = [
  [
    'fault',
    true,
    (r) => (r.faultForMs === null ? r.fault : `${r.fault} for ${formatDurationMs(r.faultForMs)}`),
  ],
  ['down-after', true, (r) => formatDurationMs(r.config.downAfterMs)],
  ['failover-timeout', true, (r) => formatDurationMs(r.config.failoverTimeoutMs)],
  ['quorum', true, (r) => String(r.config.quorum)],
  ['parallel-syncs', true, (r) => String(r.config.parallelSyncs)],
  ['rejoin', true, rejoinModes],
  ['clients', true, ofWorkload((w) => w.clients)],
  ['rate', true, ofWorkload((w) => (w.ratePerS === 0 ? 'as fast as possible' : `${w.ratePerS}/s`))],
  ['pipeline', true, ofWorkload((w) => w.pipeline)],
  ['read ratio', true, ofWorkload((w) => w.readRatio)],
  ['read from', true, ofWorkload((w) => w.readFrom)],
  ['client policy', true, ofWorkload((w) => w.policy)],
  ['driver', false, (r) => r.driver],
  ['engine', false, (r) => `${r.engine.name} ${r.engine.version}`],
];

/** Every setting in which two runs differ. */
function settingsThatDiffer(earlier: FailoverResult, later: FailoverResult): SettingDifference[] {
  return SETTINGS.flatMap(([setting, decisive, of]) => {
    const [baseline, now] = [of(earlier), of(later)];
    return baseline === null || now === null || baseline === now
      ? []
      : [{ setting, baseline, now, decisive }];
  });
}
