import { ascending, medianInterval95, percentileOf } from '../model/statistics.js';
import { METRICS } from '../observe/metrics.js';
import type { MetricSummary, Trial } from '../observe/result.js';

/** Fewer say nothing about how a median varies. */
const FEWEST_FOR_INTERVAL = 3;

/**
 * Every metric that at least one trial has a value of, over the trials that have one (`n` of them).
 *
 * Exact order statistics, each of them a value that was measured: trials are few, and a histogram, which the millions
 * of operations within a trial need, would round what is known exactly.
 */
export function summarize(trials: readonly Trial[]): Record<string, MetricSummary> {
  const summary: Record<string, MetricSummary> = {};
  for (const metric of METRICS) {
    const sorted = ascending(trials.flatMap((trial) => metric.of(trial) ?? []));
    const [p50, p95, max] = [50, 95, 100].map((p) => percentileOf(sorted, p));
    if (p50 === undefined || p95 === undefined || max === undefined) continue;
    const n = sorted.length;
    summary[metric.name] = {
      n,
      p50,
      p95,
      max,
      ci95: n < FEWEST_FOR_INTERVAL ? null : medianInterval95(sorted),
    };
  }
  return summary;
}
