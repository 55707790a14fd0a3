import { type MasterFacts, silentAmong, type Unanswered } from '../model/facts.js';
import type { Hints } from '../model/hints.js';
import { ifSet, isSecretLine } from '../model/secrets.js';
import { isLocked } from '../model/snapshot.js';
import { monitorInstead, type Place } from './fixes.js';
import { idsOf } from './group.js';

/** What one sentinel is told, as of monitorInstead, and the config epoch at which it has the old address. */
export interface Told {
  epoch: number;
  lines: readonly string[];
}

/**
 * Makes every sentinel monitor a master at another address; none of them gives another one the old address back.
 * `first`: what must be done at the data nodes before that, and only if the sentinels can be told.
 */
export function monitorAllInstead(facts: MasterFacts, place: Place, first: readonly string[] = []): string[] {
  const { expectation, hints, name, sentinelViews, snapshot } = facts;
  const listed = sentinelViews.flatMap(({ view }) => view.sentinels.map(({ address }) => address));
  const told = sentinelViews.map(({ sentinel, view }) => ({
    epoch: view.configEpoch,
    lines: monitorInstead(sentinel, name, place, view, sentinel.answer.passwordsFor?.includes(name) ?? null),
  }));
  return tellAll(
    told,
    silentAmong(
      snapshot.sentinels.filter((s) => s.answer === null),
      expectation.own ? null : listed,
    ),
    hints,
    first,
  );
}

/**
 * A master that is monitored again begins at epoch 0: by its next hello, a sentinel that still has the old address at a
 * higher one gives it back, which a silent one does once it runs again (sentinel.c, sentinelProcessHelloMessage).
 */
export function tellAll(
  told: readonly Told[],
  silent: readonly Unanswered[],
  hints: Pick<Hints, 'revive'>,
  first: readonly string[] = [],
): string[] {
  const lines = [...first, ...removedFirst(told)];
  if (silent.length === 0) return lines;
  const [ids, isOne] = [idsOf(silent), silent.length === 1];
  // An equal epoch gives nothing back.
  if (told.every(({ epoch }) => epoch === 0))
    return [
      ...lines,
      `# ${ids} ${isOne ? 'does' : 'do'} not answer, and ${isOne ? 'keeps' : 'keep'} the old address: once ${isOne ? 'it answers' : 'they answer'}, run doctor again: its lines are for ${isOne ? 'it' : 'them'} too`,
    ];
  return [
    `# ${ids} ${isOne ? 'does' : 'do'} not answer: as soon as ${isOne ? 'it runs' : 'they run'} again, all sentinels would take the old address back. First let ${isOne ? 'it' : 'them'} answer, then run doctor again: its lines are for all sentinels`,
    ...silent.map((one) =>
      isLocked(one.silence) ? `# ${one.id}: ${one.silence?.message}` : hints.revive(one, one.silence),
    ),
    `# only if ${ids} ${isOne ? 'is' : 'are'} gone for good, with ${isOne ? 'its' : 'their'} configuration file: type GONE=yes, then the lines below`,
    ...lines.map((line) => (line.startsWith('#') || isSecretLine(line) ? line : ifSet('GONE', line))),
  ];
}

function removedFirst(told: readonly Told[]): string[] {
  if (told.length < 2 || told.every(({ epoch }) => epoch === 0)) return told.flatMap(({ lines }) => lines);
  return [...told.flatMap(({ lines }) => lines.slice(0, 1)), ...told.flatMap(({ lines }) => lines.slice(1))];
}
