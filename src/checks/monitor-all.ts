import type { MasterFacts } from '../model/facts.js';
import type { Hints } from '../model/hints.js';
import { ifSet } from '../model/secrets.js';
import { isLocked, type SentinelState } from '../model/snapshot.js';
import { monitorInstead, type Place } from './fixes.js';
import { idsOf } from './group.js';

/** What one sentinel is told, as of monitorInstead, and the config epoch at which it has the old address. */
export interface Told {
  epoch: number;
  lines: readonly string[];
}

/** A sentinel that gave no answer. */
type Silent = Pick<SentinelState, 'id' | 'endpoint' | 'silence'>;

/** Makes every sentinel monitor a master at another address; none of them gives another one the old address back. */
export function monitorAllInstead(facts: MasterFacts, place: Place): string[] {
  const { hints, name, sentinelViews, snapshot } = facts;
  const told = sentinelViews.map(({ sentinel, view }) => ({
    epoch: view.configEpoch,
    lines: monitorInstead(sentinel, name, place, view, sentinel.answer.passwordsFor?.includes(name) ?? null),
  }));
  return tellAll(
    told,
    snapshot.sentinels.filter((s) => s.answer === null),
    hints,
  );
}

/**
 * A master that is monitored again begins at epoch 0: by its next hello, a sentinel that still has the old address at a
 * higher one gives it back, which a silent one does once it runs again (sentinel.c, sentinelProcessHelloMessage).
 */
export function tellAll(
  told: readonly Told[],
  silent: readonly Silent[],
  hints: Pick<Hints, 'revive'>,
): string[] {
  const lines = removedFirst(told);
  if (silent.length === 0) return lines;
  const [ids, isOne] = [idsOf(silent), silent.length === 1];
  return [
    `# ${ids} ${isOne ? 'does' : 'do'} not answer: as soon as ${isOne ? 'it runs' : 'they run'} again, all sentinels would take the old address back. First let ${isOne ? 'it' : 'them'} answer, then doctor again, whose lines are for all sentinels`,
    ...silent.map((one) =>
      isLocked(one.silence) ? `# ${one.id}: ${one.silence?.message}` : hints.revive(one, one.silence),
    ),
    `# only if ${ids} ${isOne ? 'is' : 'are'} gone for good, with ${isOne ? 'its' : 'their'} configuration file: GONE=yes, then`,
    ...lines.map((line) => (/ SENTINEL (REMOVE|MONITOR) /.test(line) ? ifSet('GONE', line) : line)),
  ];
}

function removedFirst(told: readonly Told[]): string[] {
  if (told.length < 2 || told.every(({ epoch }) => epoch === 0)) return told.flatMap(({ lines }) => lines);
  return [...told.flatMap(({ lines }) => lines.slice(0, 1)), ...told.flatMap(({ lines }) => lines.slice(1))];
}
