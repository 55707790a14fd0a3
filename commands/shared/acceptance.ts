import type { Context } from '../../src/cli/context.js';
import type { Target } from '../../src/cluster/target.js';
import { badValue } from '../../src/config/parsers.js';
import { usageError } from '../../src/errors.js';
import { type Accepted, hasExpired, isDay } from '../../src/model/accepted.js';
import { storeOf } from './target.js';

/** Which risks are to be accepted, and which no more. */
export interface Acceptance {
  accept: readonly string[];
  because?: string | undefined;
  until?: string | undefined;
  unaccept: readonly string[];
}

/** `--until 2027-01-31`. Throws `bad-value` (64). */
export function parseDay(text: string): string {
  if (isDay(text)) return text;
  throw badValue('--until', text, 'a day such as 2027-01-31', '2027-01-31');
}

/** Throws `no-reason`, `no-accept`, `already-over` (64). The ids are known by then. */
export function requireAcceptable({ accept, because, until }: Acceptance, nowMs: number): void {
  if (accept.length === 0) {
    const [flag] = [
      ...(because === undefined ? [] : ['--because']),
      ...(until === undefined ? [] : ['--until']),
    ];
    if (flag === undefined) return;
    throw usageError('no-accept', `${flag} needs --accept: it is about the risk that is accepted`, {
      hint: 'sentinelctl doctor --accept restart-wipe --because "a cache, filled again from the database"',
    });
  }
  if (because === undefined || because.trim() === '')
    throw usageError('no-reason', '--accept needs --because: the reason is shown instead of the finding', {
      hint: `sentinelctl doctor --accept ${accept.join(',')} --because "the reason"`,
    });
  if (until !== undefined && hasExpired({ until }, nowMs))
    throw usageError('already-over', `--until ${until} has passed`, {
      hint: 'give a later day, or leave --until out',
    });
}

/**
 * The risks that are accepted for this cluster, after what this call changes. For a cluster with a name they
 * are kept in its state directory; for typed addresses only those of this call count. Throws `not-accepted` (64) for an id
 * that is to be taken back and is not there.
 */
export async function acceptedAt(
  context: Context,
  target: Target | null,
  acceptance: Acceptance,
): Promise<Accepted[]> {
  const { accept, because = '', until = null, unaccept } = acceptance;
  const given = [...new Set(accept)].map((id): Accepted => ({ id, because: because.trim(), until }));
  // Typed addresses have no name, and no directory.
  const isKept = target?.kind === 'own' || (target?.kind === 'attached' && target.record !== null);
  const { keepAccepted, readAccepted } = await import('../../src/cluster/store/accepted.js');
  const store = storeOf(context);
  const kept = isKept ? await readAccepted(store, target.name) : [];
  const missing = unaccept.find((id) => !kept.some((one) => one.id === id));
  if (missing !== undefined)
    throw usageError('not-accepted', `${missing} is not accepted here`, {
      ...(kept.length > 0 && { why: `accepted: ${kept.map(({ id }) => id).join(', ')}` }),
      hint: isKept ? 'sentinelctl doctor --accepted' : 'leave --unaccept out: typed addresses keep nothing',
    });
  const changed = [...accept, ...unaccept];
  const all = [...kept.filter(({ id }) => !changed.includes(id)), ...given];
  if (isKept && changed.length > 0) await keepAccepted(store, target.name, all);
  return all;
}
