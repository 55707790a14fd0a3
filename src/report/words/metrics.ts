import { humanDurationMs } from '../../model/duration.js';
import { count, grouped } from '../../model/words.js';
import { PHASE_TABLE } from '../../observe/phases.js';
import type { ThresholdResult } from '../../observe/result.js';

export { grouped };

/** Fewer trials say nothing of a percentile or an interval. */
export const ENOUGH_FOR_PERCENTILES = 8;

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

/** `1 write`, `1,695 writes`. */
export const groupedCount = (n: number, noun: string): string =>
  count(n, noun).replace(/^\d+/, () => grouped(n));

/** The metric that a threshold's expression begins with. */
export const metricOf = (expression: string): string => /^[\w.]+/.exec(expression)?.[0] ?? '';

/** What was measured against a threshold, in the metric's unit. */
export function thresholdText({ expression, value }: ThresholdResult): string {
  return value === null ? 'no value was measured' : metricText(metricOf(expression), value);
}
