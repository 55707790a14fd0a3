import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A stream of pseudo-random numbers: the same seed yields the same stream, on every machine. */
export interface Random {
  /** From 0 (included) to 1 (excluded). */
  unit(): number;
  /** A whole number from 0 to n − 1, each as likely as the others. `n` is at least 1. */
  below(n: number): number;
  /** A copy in random order, each order as likely as the others (Fisher and Yates). */
  shuffled<T>(items: readonly T[]): T[];
}

/** A new stream from a seed; only its lower 32 bits count. */
export function randomOf(seed: number): Random {
  const generator = xoroshiro128plus(seed | 0);
  const below = (n: number): number => uniformInt(generator, 0, n - 1);
  return {
    unit: () => uniformFloat64(generator),
    below,
    shuffled: (items) => {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i--) {
        const j = below(i + 1);
        [copy[i], copy[j]] = [copy[j] as (typeof copy)[number], copy[i] as (typeof copy)[number]];
      }
      return copy;
    },
  };
}
