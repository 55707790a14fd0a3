import { humanDurationMs } from '../../model/duration.js';
import { count, grouped } from '../../model/words.js';
import { metricNamed } from '../../observe/metrics.js';
import { PHASE_TABLE } from '../../observe/phases.js';
import type { FailoverResult } from '../../observe/result.js';

export { grouped };

/** Fewer trials say nothing of a percentile or an interval. */
export const ENOUGH_FOR_PERCENTILES = 8;
/** Of two the lower median is the lesser one. */
export const ENOUGH_FOR_MEDIAN = 3;

/** What is said of a metric over several trials. */
export type Statistic = 'least' | 'median' | 'most' | 'p50' | 'p95' | 'max' | 'ci95';

/** What this number of trials can say. */
export function statisticsOf(trials: number): Statistic[] {
  if (trials >= ENOUGH_FOR_PERCENTILES) return ['p50', 'p95', 'max', 'ci95'];
  return trials >= ENOUGH_FOR_MEDIAN ? ['least', 'median', 'most'] : ['least', 'most'];
}

/** Of a metric of a run, in its unit; null where too few of its trials have a value. */
export function statisticText(
  statistic: Statistic,
  metric: string,
  { summary, trials }: Pick<FailoverResult, 'summary' | 'trials'>,
): string | null {
  const of = summary[metric];
  if (of === undefined) return null;
  const show = (value: number): string => metricText(metric, value);
  switch (statistic) {
    case 'least':
      return show(Math.min(...trials.flatMap((t) => metricNamed(metric)?.of(t) ?? []), of.p50));
    case 'median':
      return of.n >= ENOUGH_FOR_MEDIAN ? show(of.p50) : null;
    case 'most':
    case 'max':
      return show(of.max);
    case 'ci95':
      return of.n >= ENOUGH_FOR_PERCENTILES && of.ci95 !== null ? of.ci95.map(show).join(' – ') : null;
    case 'p50':
    case 'p95':
      return of.n >= ENOUGH_FOR_PERCENTILES ? show(of[statistic]) : null;
  }
}

/** Words for metrics, which go by their path within a trial of the JSON (`client.outageMs`, `ledger.lost`). */
const LABELS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(PHASE_TABLE.map((phase) => [phase.id, phase.label])),
  overheadMs: 'first switch beyond down-after',
  'rejoin.restartedMs': 'the old master is restarted',
  'rejoin.convertedMs': 'the old master becomes a replica',
  'rejoin.linkUpMs': 'the old master’s link is up',
  'rejoin.caughtUpMs': 'the old master has caught up',
  'rejoin.zombieMs': 'a second writable master',
  'rejoin.zombieWrites': 'writes to a second master',
  'client.outageMs': 'client outage (worst client)',
  'client.firstRecoveredMs': 'first client recovered',
  'client.lastRecoveredMs': 'last client recovered',
  'client.latencyMs.p50': 'client latency p50 (from the due time)',
  'client.latencyMs.p95': 'client latency p95 (from the due time)',
  'client.latencyMs.p99': 'client latency p99 (from the due time)',
  'client.latencyMs.max': 'client latency max (from the due time)',
  'client.errors': 'operations not acknowledged',
  'ledger.attempted': 'writes attempted',
  'ledger.acknowledged': 'writes acknowledged',
  'ledger.indeterminate': 'writes unanswered',
  'ledger.failed': 'writes refused',
  'ledger.lost': 'acknowledged writes lost',
  'ledger.recovered': 'unanswered, but written',
  'ledger.unexpected': 'present, but never attempted',
  'ledger.staleReads': 'stale reads',
  spurious: 'spurious failovers',
};

/** A metric in words; its own name when there are none. */
export const metricLabel = (metric: string): string => LABELS[metric] ?? metric;

/** The order of metrics in a table: as they happen, then clients and ledger, then unknown ones. */
export function inOrder(metrics: readonly string[]): string[] {
  const known = Object.keys(LABELS);
  const place = (metric: string): number => (known.includes(metric) ? known.indexOf(metric) : known.length);
  return metrics.toSorted((a, b) => place(a) - place(b));
}

/** Milliseconds by their name's end (`switchedMs`, `client.latencyMs.p99`), else a number of things. */
export const isTime = (metric: string): boolean => /Ms(\.|$)/.test(metric);

/** A value in its metric's unit: `3.74 s`, `61,168`. */
export function metricText(metric: string, value: number): string {
  if (!isTime(metric)) return grouped(value);
  if (Math.abs(value) < 10 && !Number.isInteger(value)) return `${Math.round(value * 10) / 10} ms`;
  return value < 0 ? `-${humanDurationMs(-value)}` : humanDurationMs(value);
}

/** The metric that a threshold's expression begins with. */
export const metricOf = (expression: string): string => /^[\w.]+/.exec(expression)?.[0] ?? '';

/** `1 write`, `1,695 writes`. */
export const groupedCount = (n: number, noun: string): string =>
  count(n, noun).replace(/^\d+/, () => grouped(n));
