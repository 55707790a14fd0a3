import type { Lookup } from './expand.js';
import type { Forking } from './fork.js';
import type { Status } from './machine.js';
import type { Step } from './parse.js';

/** A script that is followed, as far as its branches and loops need it. */
export interface Following extends Forking {
  readonly lookup: Lookup;
  lineOf(line: number): number;
  list(steps: readonly Step[]): Promise<Status>;
  exempt<T>(work: () => Promise<T>): Promise<T>;
}
