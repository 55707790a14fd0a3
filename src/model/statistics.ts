/**
 * The value below or at which `percent` % of the samples lie: the nearest rank, always one of the samples, never
 * something between two of them. `sorted` ascends; undefined where it is empty. 0 is the least, 50 the (lower)
 * median, 100 the greatest.
 */
export function percentileOf(sorted: readonly number[], percent: number): number | undefined {
  return sorted[rankOf(sorted.length, percent) - 1];
}

/** Which of n ascending samples a percentile is, from 1; the subtraction takes back what binary fractions add: 0.07 × 100 is more than 7. */
export const rankOf = (n: number, percent: number): number =>
  Math.min(n, Math.max(1, Math.ceil((percent * n) / 100 - 1e-9)));

export const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);

/**
 * The bootstrap's percentile interval of the median, at 95 %. `sorted` ascends and has at least one sample.
 *
 * A resample's median is at most the j-th sample when at least as many of its n draws as the median's rank come from
 * the first j: a binomial probability. So the distribution over all resamples is computed, where drawing thousands
 * of them would only approach it (Efron 1979, "Bootstrap methods", remark on the sample median).
 */
export function medianInterval95(sorted: readonly number[]): [low: number, high: number] {
  const n = sorted.length;
  const rank = rankOf(n, 50);
  const firstAt = (share: number): number => {
    const i = sorted.findIndex((_, i) => atLeast(rank, n, (i + 1) / n) >= share);
    return sorted[i === -1 ? n - 1 : i] ?? Number.NaN;
  };
  return [firstAt(0.025), firstAt(0.975)];
}

/** The probability of at least `k` successes in `n` trials of probability `p`. */
function atLeast(k: number, n: number, p: number): number {
  if (p >= 1) return 1;
  // In logarithms, from k = 0 on, since p^n may be too small for a number.
  let log = n * Math.log1p(-p);
  let below = 0;
  for (let i = 0; i < k; i++) {
    below += Math.exp(log);
    log += Math.log(((n - i) * p) / ((i + 1) * (1 - p)));
  }
  return 1 - below;
}
