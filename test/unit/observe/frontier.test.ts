import { describe, expect, it } from 'vitest';
import { randomOf } from '../../../src/model/random.js';
import { costOf, markFrontier } from '../../../src/observe/frontier.js';
import type { SweepPoint } from '../../../src/observe/sweep-result.js';

/** A combination whose every trial came to this. */
const point = (outageMs: number | null, lost: number | null, trials = 3): SweepPoint => {
  const all = <T>(value: T): T[] => Array.from({ length: trials }, () => value);
  const proved = outageMs !== null && lost !== null;
  return {
    downAfterMs: 2000,
    minReplicas: 0,
    proved,
    trials: all({ switchedMs: 3300, outageMs, lost, failed: 0, spurious: 0 }),
    switchedMs: null,
    outageMs:
      outageMs === null ? null : { n: trials, p50: outageMs, p95: outageMs, max: outageMs, ci95: null },
    lost: null,
    onFrontier: false,
  };
};

const marks = (...points: SweepPoint[]): boolean[] => markFrontier(points).map((p) => p.onFrontier);

describe('the frontier', () => {
  it.each<[string, SweepPoint[], boolean[]]>([
    ['what is better in one and worse in the other', [point(2000, 9), point(5000, 0)], [true, true]],
    ['nothing that another beats', [point(2000, 9), point(5000, 9)], [true, false]],
    ['all that are equal', [point(2000, 9), point(2000, 9)], [true, true]],
    ['one alone', [point(2000, 9)], [true]],
    [
      'nothing without evidence, which beats none either',
      [point(null, 0), point(5000, null), point(9000, 9)],
      [false, false, true],
    ],
    ['nothing where there is nothing', [], []],
  ])('holds %s', (_, points, expected) => expect(marks(...points)).toEqual(expected));

  it('weighs the losses per trial', () => {
    expect(costOf(point(2000, 7, 5))).toEqual({ outageMs: 2000, lost: 7 });
  });

  it('is never empty, and a point that is not on it is beaten by one that is', () => {
    const random = randomOf(12);
    for (let round = 0; round < 300; round++) {
      const points = markFrontier(
        Array.from({ length: 1 + random.below(8) }, () => point(random.below(6) * 1000, random.below(5))),
      );
      const best = points.filter((p) => p.onFrontier).map((p) => costOf(p));
      expect(best.length).toBeGreaterThan(0);
      for (const p of points.filter((p) => !p.onFrontier)) {
        const cost = costOf(p);
        const beaten = best.some(
          (b) => b !== null && cost !== null && b.outageMs <= cost.outageMs && b.lost <= cost.lost,
        );
        expect(beaten).toBe(true);
      }
    }
  });
});
