import { build } from 'hdr-histogram-js';
import type { WorkloadRecord } from './record.js';

const US_PER_MS = 1000;
const DAY_US = 24 * 3600 * 1000 * US_PER_MS;

/** Latencies of any number of operations in some hundred kilobytes, true to three digits. */
export class Latency {
  readonly #histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: DAY_US,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 32,
  });
  #count = 0;

  take(ms: number, count: number): void {
    if (count === 0) return;
    const us = Math.min(DAY_US, Math.max(1, Math.round(ms * US_PER_MS)));
    this.#histogram.recordValueWithCount(us, count);
    this.#count += count;
  }

  /** Null where nothing was taken. */
  summary(): WorkloadRecord['latencyMs'] {
    if (this.#count === 0) return null;
    const at = (percentile: number): number => this.#histogram.getValueAtPercentile(percentile) / US_PER_MS;
    return { p50: at(50), p95: at(95), p99: at(99), max: at(100) };
  }
}
