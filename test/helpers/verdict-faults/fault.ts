import type { VerdictWord } from '../../../src/model/status.js';

/** What is planted, and what both commands say of it. */
export interface Fault {
  what: string;
  word: VerdictWord;
  /** Whether both have one first line: `doctor` knows no further cause. */
  alike?: true;
  /** What the second line of `status` is, where it is not a command that a shell takes as it is. */
  next?: 'a person' | 'a file' | 'none' | 'as it is at the moment';
  /** The check whose printed commands are typed, and find nothing afterwards. */
  cures?: string;
  plant(): Promise<unknown> | unknown;
  undo(): Promise<unknown> | unknown;
}
