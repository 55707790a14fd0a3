import type { Gathered } from '../model/gathered.js';
import { hintsFor } from '../model/hints.js';
import { expectationOf } from './facts-of.js';
import { type Told, tellAll } from './monitor-all.js';
import { silentMembers } from './sentinels.js';

/** `tellAll` for what a gathering shows. */
export const tellAllIn = (gathered: Gathered, told: readonly Told[]): string[] =>
  tellAll(told, silentMembers(gathered), hintsFor(expectationOf(gathered)));
