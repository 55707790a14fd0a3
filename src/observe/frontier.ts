import type { SweepPoint, SweepResult } from './sweep-result.js';

/** What a combination costs: the median outage in milliseconds, and lost writes per trial. Less is better in both. */
export interface Cost {
  outageMs: number;
  lost: number;
}

/** null where a trial lacks evidence, or an outage never ended: then nothing is claimed of the combination. */
export function costOf({
  proved,
  outageMs,
  trials,
}: Pick<SweepPoint, 'proved' | 'outageMs' | 'trials'>): Cost | null {
  if (!proved || outageMs === null || trials.length === 0) return null;
  return { outageMs: outageMs.p50, lost: trials.reduce((sum, t) => sum + (t.lost ?? 0), 0) / trials.length };
}

/** Marks the combinations that no other one beats (Pareto): as good in both costs, and better in one. */
export function markFrontier(points: readonly SweepPoint[]): SweepPoint[] {
  const costs = points.map(costOf);
  return points.map((point, i) => {
    const own = costs[i];
    return {
      ...point,
      onFrontier: own != null && !costs.some((other) => other !== null && beats(other, own)),
    };
  });
}

/** Whether nothing can change it: every combination was played to its end, and has evidence. */
export const isFrontierProved = ({ points, complete }: Pick<SweepResult, 'points' | 'complete'>): boolean =>
  complete && points.every((point) => costOf(point) !== null);

const beats = (a: Cost, b: Cost): boolean =>
  a.outageMs <= b.outageMs && a.lost <= b.lost && (a.outageMs < b.outageMs || a.lost < b.lost);
