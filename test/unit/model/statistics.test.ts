import { describe, expect, it } from 'vitest';
import { randomOf } from '../../../src/model/random.js';
import { ascending, medianInterval95, percentileOf } from '../../../src/model/statistics.js';

const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i + 1);

describe('a percentile', () => {
  it.each([
    [1, 50, 1],
    [2, 50, 1],
    [3, 50, 2],
    [10, 50, 5],
    [10, 95, 10],
    [19, 95, 19],
    [20, 95, 19],
    [100, 95, 95],
    [100, 99.9, 100],
    [100, 7, 7],
    [10, 0, 1],
    [10, 100, 10],
  ])('of 1 to %i at %d %% is %i', (n, percent, expected) => {
    expect(percentileOf(upTo(n), percent)).toBe(expected);
  });

  it('of nothing is undefined', () => expect(percentileOf([], 50)).toBeUndefined());

  it('is always a sample, with at least that share of the samples at or below it, and the least such', () => {
    const random = randomOf(7);
    for (let round = 0; round < 500; round++) {
      const samples = Array.from({ length: 1 + random.below(60) }, () => random.below(40) / 10);
      const percent = random.below(1001) / 10;
      const found = percentileOf(ascending(samples), percent) ?? Number.NaN;
      const share = (value: number): number => samples.filter((s) => s <= value).length / samples.length;
      expect(samples).toContain(found);
      expect(share(found) * 100).toBeGreaterThanOrEqual(percent - 1e-6);
      const less = samples.filter((s) => s < found);
      if (less.length > 0) expect(share(Math.max(...less)) * 100).toBeLessThan(percent + 1e-6);
    }
  });
});

describe('the interval of the median', () => {
  it('is everything, where there are few', () => {
    expect(medianInterval95([1, 2, 3])).toEqual([1, 3]);
    expect(medianInterval95([4, 4, 4, 4])).toEqual([4, 4]);
  });

  it('of 5: P(median ≤ least) = 5.8 %, so that the least is within', () => {
    expect(medianInterval95(upTo(5))).toEqual([1, 5]);
  });

  it('is what resampling by dice comes to', () => {
    const random = randomOf(11);
    for (const n of [6, 9, 10, 17, 30]) {
      const samples = upTo(n);
      const medians = ascending(
        Array.from({ length: 20_000 }, () => {
          const drawn = ascending(samples.map(() => samples[random.below(n)] ?? 0));
          return percentileOf(drawn, 50) ?? 0;
        }),
      );
      const [low, high] = medianInterval95(samples);
      // Dice may fall on the other side of a step of the distribution.
      expect(Math.abs(low - (percentileOf(medians, 2.5) ?? 0))).toBeLessThanOrEqual(1);
      expect(Math.abs(high - (percentileOf(medians, 97.5) ?? 0))).toBeLessThanOrEqual(1);
    }
  });

  it('narrows with more samples, holds the median, and stays finite for thousands', () => {
    const random = randomOf(3);
    let before = Number.POSITIVE_INFINITY;
    for (const n of [10, 100, 1000, 4000]) {
      const samples = ascending(Array.from({ length: n }, () => random.unit()));
      const [low, high] = medianInterval95(samples);
      const median = percentileOf(samples, 50) ?? Number.NaN;
      expect(low).toBeLessThanOrEqual(median);
      expect(high).toBeGreaterThanOrEqual(median);
      expect(high - low).toBeLessThan(before);
      before = high - low;
    }
  });
});
