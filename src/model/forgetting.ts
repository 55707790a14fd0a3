import { type OperatorError, refused } from '../errors.js';

/** Commands of Sentinel after which it forgets what it knew, or knows a master that it did not. */
export const FORGETTING = ['reset', 'remove', 'monitor'] as const;
export type Forgetting = (typeof FORGETTING)[number];

/** Which of them a command line is, as a server takes it; undefined: none. */
export const forgettingIn = ([name = '', sub = '']: readonly string[]): Forgetting | undefined =>
  name.toLowerCase() === 'sentinel' ? FORGETTING.find((one) => one === sub.toLowerCase()) : undefined;

/** For a command after which sentinels forget, where others act too; `insists`: what is typed to do it all the same. */
export const othersAct = (
  cluster: string,
  what: Forgetting,
  others: readonly string[],
  insists: string,
): OperatorError =>
  refused('others-act', `SENTINEL ${what.toUpperCase()} is refused: others act on ${cluster} too`, {
    why: others.join('\n'),
    hint: `${insists} # only while nothing of that acts`,
  });
