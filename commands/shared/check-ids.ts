import { shown } from '../../src/config/parsers.js';
import { usageError } from '../../src/errors.js';
import { nearest } from '../../src/model/nearest.js';

/** Throws `check-unknown` (64), with the id that was probably meant. */
export function requireKnown(ids: readonly string[], known: readonly string[]): void {
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown === undefined) return;
  const meant = nearest(unknown, known);
  throw usageError('check-unknown', `unknown check ${shown(unknown)}`, {
    ...(meant !== undefined && { why: `did you mean ${meant}?` }),
    hint: 'sentinelctl explain # lists every check',
  });
}
