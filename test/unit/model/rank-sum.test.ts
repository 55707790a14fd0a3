import { describe, expect, it } from 'vitest';
import { randomOf } from '../../../src/model/random.js';
import { rankSumTest } from '../../../src/model/rank-sum.js';

const test = (a: number[], b: number[]) => rankSumTest(a, b, randomOf(1));

describe('the rank sum test', () => {
  it.each([
    // All of one above all of the other: one division in as many as there are.
    [[4, 5, 6], [1, 2, 3], 1 / 20, 1],
    [[1, 2, 3], [4, 5, 6], 1, 1 / 20],
    [[6, 7, 8, 9, 10], [1, 2, 3, 4, 5], 1 / 252, 1],
    // Ranks 2 and 4 of 4: 1+2, 1+3, 1+4, 2+3, 2+4, 3+4; two of six reach 6, five do not exceed it.
    [[2, 4], [1, 3], 2 / 6, 5 / 6],
    [[5, 5, 5], [5, 5, 5], 1, 1],
    [[Number.POSITIVE_INFINITY, 9, 8], [1, 2, 3], 1 / 20, 1],
  ])('of %j over %j', (a, b, above, below) => {
    const found = test(a, b);
    expect(found.above).toBeCloseTo(above, 12);
    expect(found.below).toBeCloseTo(below, 12);
  });

  it('counts what drawing comes to', () => {
    const random = randomOf(8);
    for (let round = 0; round < 5; round++) {
      const a = Array.from({ length: 6 }, () => random.below(12));
      const b = Array.from({ length: 7 }, () => random.below(12));
      const rankSum = (group: number[]): number =>
        group.reduce(
          (s, x) =>
            s + [...a, ...b].filter((y) => y < x).length + [...a, ...b].filter((y) => y === x).length / 2,
          0,
        );
      const seen = rankSum(a);
      const draws = 20_000;
      let above = 0;
      for (let i = 0; i < draws; i++)
        if (rankSum(random.shuffled([...a, ...b]).slice(0, 6)) >= seen - 1e-9) above++;
      expect(Math.abs(test(a, b).above - above / draws)).toBeLessThan(0.02);
    }
  });

  it('draws where there are too many ways to count, and comes to the same', () => {
    const random = randomOf(9);
    const a = Array.from({ length: 30 }, () => random.unit() + 0.6);
    const b = Array.from({ length: 30 }, () => random.unit());
    expect(test(a, b).above).toBeLessThan(0.001);
    expect(test(b, a).below).toBeLessThan(0.001);
    expect(
      test(
        a,
        a.map((x) => x),
      ).above,
    ).toBeGreaterThan(0.4);
  });
});
