import type { Random } from './random.js';

/** Up to this many samples every way to divide them is counted, beyond it ways are drawn. */
const COUNTED_UP_TO = 40;
const DRAWS = 10_000;

/** How likely it is that mere chance put one group so far above, or below, the other. */
export interface RankSum {
  above: number;
  below: number;
}

/**
 * The permutation test of the rank sum (Wilcoxon; Mann and Whitney), one-sided in both directions: if both groups came
 * from the same source, any division of the samples into two groups of these sizes would be as likely as the one
 * seen. Ranks, not values: one extreme sample does not decide, and Infinity is a sample like any other. Ties share
 * their mean rank. Neither group may be empty.
 */
export function rankSumTest(group: readonly number[], other: readonly number[], random: Random): RankSum {
  const ranks = doubledRanks([...group, ...other]);
  const observed = sum(ranks.slice(0, group.length));
  return ranks.length <= COUNTED_UP_TO
    ? counted(ranks, group.length, observed)
    : drawn(ranks, group.length, observed, random);
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

/** Twice the mean rank of each, so that ties stay whole numbers. */
function doubledRanks(values: readonly number[]): number[] {
  return values.map((value) => {
    const less = values.filter((v) => v < value).length;
    const same = values.filter((v) => v === value).length;
    return 2 * less + same + 1;
  });
}

/** In how many ways `size` of the ranks can be taken, by their sum. */
function counted(ranks: readonly number[], size: number, observed: number): RankSum {
  const most = sum(ranks);
  const ways = Array.from({ length: size + 1 }, () => new Float64Array(most + 1));
  if (ways[0] !== undefined) ways[0][0] = 1;
  for (const rank of ranks) {
    // From above, so that no rank is taken twice.
    for (let taken = size; taken >= 1; taken--) {
      const [to, from] = [ways[taken], ways[taken - 1]];
      if (to === undefined || from === undefined) continue;
      for (let s = most; s >= rank; s--) to[s] = (to[s] ?? 0) + (from[s - rank] ?? 0);
    }
  }
  const bySum = [...(ways[size] ?? [])];
  const all = sum(bySum);
  return { above: sum(bySum.slice(observed)) / all, below: sum(bySum.slice(0, observed + 1)) / all };
}

function drawn(ranks: readonly number[], size: number, observed: number, random: Random): RankSum {
  // The division that was seen is one of them.
  let above = 1;
  let below = 1;
  for (let i = 0; i < DRAWS; i++) {
    const s = sum(random.shuffled(ranks).slice(0, size));
    if (s >= observed) above++;
    if (s <= observed) below++;
  }
  return { above: above / (DRAWS + 1), below: below / (DRAWS + 1) };
}
