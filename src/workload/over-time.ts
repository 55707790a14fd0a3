import type { LoadOverTime } from '../observe/result.js';
import { LATENCY_BUCKET_MS, latencyPercentile } from './latency-runs.js';
import { failuresOf, runsOf, type WorkloadRecord } from './record.js';

/** What a report can carry; a longer run gets wider buckets. */
const MAX_BUCKETS = 2000;

/** What all clients saw together, bucket by bucket; moments in milliseconds from the fault. */
export function overTimeOf(record: WorkloadRecord, faultAtMs: number): LoadOverTime {
  const { startedAtMs, stoppedAtMs } = record;
  const lengthMs = Math.max(1, stoppedAtMs - startedAtMs);
  let bucketMs = LATENCY_BUCKET_MS;
  while (lengthMs / bucketMs > MAX_BUCKETS) bucketMs *= 2;
  const buckets = Math.ceil(lengthMs / bucketMs);
  // What was under way at the end is settled a little after it.
  const bucketAt = (sinceStartMs: number): number =>
    Math.min(buckets - 1, Math.max(0, Math.floor(sinceStartMs / bucketMs)));
  const ok = new Array<number>(buckets).fill(0);
  const errors = new Array<number>(buckets).fill(0);
  const latencies = Array.from({ length: buckets }, () => new Map<number, number>());
  const add = (into: number[], atMs: number, count: number): void => {
    const bucket = bucketAt(atMs - startedAtMs);
    into[bucket] = (into[bucket] ?? 0) + count;
  };
  for (const client of record.clients) {
    for (const run of runsOf(record, client)) add(ok, run.atMs, run.count);
    for (const failure of failuresOf(record, client)) add(errors, failure.atMs, failure.count);
  }
  for (const { bucket, bin, count } of record.latencyRuns) {
    const bins = latencies[bucketAt(bucket * LATENCY_BUCKET_MS)];
    bins?.set(bin, (bins.get(bin) ?? 0) + count);
  }
  return {
    fromMs: Math.round((startedAtMs - faultAtMs) * 10) / 10,
    bucketMs,
    ok,
    errors,
    p50Ms: latencies.map((bins) => latencyPercentile(bins, 50)),
    p99Ms: latencies.map((bins) => latencyPercentile(bins, 99)),
  };
}
