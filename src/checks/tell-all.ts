import { silentAmong } from '../model/facts.js';
import type { Gathered } from '../model/gathered.js';
import { hintsFor } from '../model/hints.js';
import { expectationOf } from './facts-of.js';
import { type Told, tellAll } from './monitor-all.js';
import { listedIn } from './sentinels.js';

/** `tellAll` for what a gathering shows. */
export const tellAllIn = (gathered: Gathered, told: readonly Told[]): string[] =>
  tellAll(
    told,
    silentAmong(
      gathered.sentinels.filter((s) => s.silence !== null),
      listedIn(
        gathered,
        gathered.sentinels.flatMap((s) => (s.masters.ok ? s.masters.value : [])),
      ),
    ),
    hintsFor(expectationOf(gathered)),
  );
