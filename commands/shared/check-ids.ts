import { nearest } from '../../src/config/nearest.js';
import { shown } from '../../src/config/parsers.js';
import { usageError } from '../../src/errors.js';

/** `no-quorum,split-brain`, given once or several times, as ids. */
export const idList = (text: string, previous: unknown): string[] => [
  ...(Array.isArray(previous) ? (previous as string[]) : []),
  ...text
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== ''),
];

/** Throws `check-unknown` (64), with the one that was probably meant. */
export function requireKnown(ids: readonly string[], known: readonly string[]): void {
  const unknown = ids.find((id) => !known.includes(id));
  if (unknown === undefined) return;
  const meant = nearest(unknown, known);
  throw usageError('check-unknown', `there is no check ${shown(unknown)}`, {
    ...(meant !== undefined && { why: `did you mean ${meant}?` }),
    hint: 'sentinelctl explain lists them all',
  });
}
