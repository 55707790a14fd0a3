/** How fine latencies are kept over time, in milliseconds since the workload's start. */
export const LATENCY_BUCKET_MS = 100;
/** Bins per doubling: a bin's middle is at most 2.2 % from what fell into it. */
const BINS_PER_DOUBLING = 16;
const US_PER_MS = 1000;

/** How many operations of one bucket of time took about as long as each other. */
export interface LatencyRun {
  bucket: number;
  bin: number;
  count: number;
}

/** The bin of a latency; those below a microsecond share one. */
export const latencyBinOf = (ms: number): number =>
  Math.max(0, Math.round(Math.log2(Math.max(1, ms * US_PER_MS)) * BINS_PER_DOUBLING));

/** The latency that a bin stands for, in milliseconds, to three digits. */
const latencyOfBin = (bin: number): number =>
  Number((2 ** (bin / BINS_PER_DOUBLING) / US_PER_MS).toPrecision(3));

/** The latency that `percent` % of these operations did not exceed, by the nearest rank; null where there are none. */
export function latencyPercentile(bins: ReadonlyMap<number, number>, percent: number): number | null {
  const total = [...bins.values()].reduce((sum, n) => sum + n, 0);
  const rank = Math.max(1, Math.ceil((percent * total) / 100 - 1e-9));
  let seen = 0;
  for (const [bin, count] of [...bins].sort(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= rank) return latencyOfBin(bin);
  }
  return null;
}
