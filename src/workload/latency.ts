import { build } from 'hdr-histogram-js';
import { LATENCY_BUCKET_MS, type LatencyRun, latencyBinOf } from './latency-runs.js';
import type { WorkloadRecord } from './record.js';

const US_PER_MS = 1000;
const DAY_US = 24 * 3600 * 1000 * US_PER_MS;

/** Latencies of any number of operations: over all in some hundred kilobytes, true to three digits, and over time. */
export class Latency {
  readonly #histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: DAY_US,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
  });
  #count = 0;
  /** By bucket of time, how many operations in which bin. */
  readonly #overTime: Map<number, number>[] = [];

  /** `count` operations that took `ms` each, and were acknowledged at `atMs` since the workload's start. */
  take(ms: number, count: number, atMs: number): void {
    if (count === 0) return;
    const us = Math.min(DAY_US, Math.max(1, Math.round(ms * US_PER_MS)));
    this.#histogram.recordValueWithCount(us, count);
    this.#count += count;
    const bucket = Math.max(0, Math.floor(atMs / LATENCY_BUCKET_MS));
    const bins = this.#overTime[bucket] ?? new Map<number, number>();
    this.#overTime[bucket] = bins;
    const bin = latencyBinOf(us / US_PER_MS);
    bins.set(bin, (bins.get(bin) ?? 0) + count);
  }

  /** Null where nothing was taken. */
  summary(): WorkloadRecord['latencyMs'] {
    if (this.#count === 0) return null;
    const at = (percentile: number): number => this.#histogram.getValueAtPercentile(percentile) / US_PER_MS;
    return { p50: at(50), p95: at(95), p99: at(99), max: at(100) };
  }

  /** In the order of time. */
  runs(): LatencyRun[] {
    return Array.from(this.#overTime, (bins, bucket) =>
      bins === undefined ? [] : Array.from(bins, ([bin, count]) => ({ bucket, bin, count })),
    ).flat();
  }
}
