import { byRank, eligibility, type KnownMaster } from '../../model/promotable.js';
import type { SeenReplica } from '../../model/snapshot.js';

/** A replica as a sentinel has it, under the id that it has in the cluster. */
export interface Candidate extends Omit<SeenReplica, 'address' | 'linkStatus' | 'follows'> {
  id: string;
}

/** The replica that is promoted; null when none is eligible. One of which something is not known counts as eligible. Pure. */
export function bestReplica<C extends Candidate>(candidates: readonly C[], master: KnownMaster): C | null {
  const eligible = candidates.filter((c) => eligibility(c, master).is !== 'no');
  return eligible.toSorted(byRank)[0] ?? null;
}

/** What a sentinel reported of its candidates at one moment. */
export interface Slate<C extends Candidate = Candidate> {
  candidates: readonly C[];
  master: KnownMaster;
}

/**
 * Whether a choice was the right one, by a look right before it and one right after it, null where there was none.
 * What the sentinel knew at the choice lies between the two: INFO comes once a second meanwhile, and who is left out
 * of a look only because its INFO was old may have been eligible. After the choice the chosen one drops its
 * connections. Only two looks that both speak against a choice make it wrong, and none of which a part is not known. Pure.
 */
export function wasRight(
  chosen: string,
  before: Slate | null,
  after: Slate | null,
): 'yes' | 'no' | 'unknown' {
  const explains = (slate: Slate | null, forgive: boolean): boolean => {
    if (slate === null) return false;
    const field = slate.candidates.map((c) =>
      forgive && c.id === chosen ? { ...c, flags: c.flags.filter((f) => f !== 'disconnected') } : c,
    );
    const informed = field.map((c) => ({ ...c, infoMsAgo: 0 }));
    return [field, informed].some((f) => bestReplica(f, slate.master)?.id === chosen);
  };
  if (explains(before, false) || explains(after, true)) return 'yes';
  return before !== null && after !== null && [before, after].every(isKnown) ? 'no' : 'unknown';
}

const isKnown = ({ candidates, master }: Slate): boolean =>
  candidates.every((c) => c.offset !== null && eligibility(c, master).is !== 'unknown');
