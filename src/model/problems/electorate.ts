import { isAt, witnessesOf } from '../facts.js';
import type { SentinelState, Snapshot } from '../snapshot.js';
import type { Expectation } from '../status.js';
import { count } from '../words.js';

/**
 * Who could replace a master at this moment. Judged by who answers, since CKQUORUM counts a dead peer for
 * down-after longer. Two numbers must be met (sentinel.c, sentinelCheckObjectivelyDown and sentinelGetLeader): the
 * quorum must call the master down, and max(quorum, more than half of all voters) must elect the same leader.
 */
export interface Electorate {
  /** How many sentinels there are: those that answer or that somebody names. */
  known: number;
  /** How many of them are alive as far as can be told from here. */
  alive: number;
  quorum: number;
  /** How many must be alive to elect a leader. */
  needed: number;
  /** How many answer and are in TILT: they elect, but never call a master down (sentinel.c, sentinelCommand). */
  tilted: number;
}

/** See Electorate. Without a sentinel that answers, `quorum` and `needed` are 0: nobody told them. */
export function electorateOf(snapshot: Snapshot, expectation: Expectation, name: string): Electorate {
  const witnesses = witnessesOf(snapshot, name);
  const silent = snapshot.sentinels.filter((s) => s.answer === null);
  const voters = Math.max(witnesses.length, ...witnesses.map((w) => w.view.sentinels.length + 1));
  const quorum = Math.max(0, ...witnesses.map((w) => w.view.quorum));
  const unheard = silent.filter((s) => mayBeAlive(s, snapshot, expectation, name)).length;
  return {
    known: Math.max(voters, witnesses.length + silent.length),
    alive: witnesses.length + unheard,
    quorum,
    needed: witnesses.length === 0 ? 0 : Math.max(quorum, Math.floor(voters / 2) + 1),
    tilted: witnesses.filter((w) => w.sentinel.answer.tilt).length,
  };
}

/** Whether enough are there to elect a leader. */
export const canElect = ({ alive, needed }: Electorate): boolean => alive >= needed;

/** Whether enough of those that are there may call a master down. */
export const canCallDown = ({ alive, tilted, quorum }: Electorate): boolean => alive - tilted >= quorum;

/** `1 of 3 sentinels answers, 2 are needed`. */
export const headCount = ({ alive, known, needed }: Electorate): string =>
  `${alive} of ${count(known, 'sentinel')} ${alive === 1 ? 'answers' : 'answer'}, ${needed} ${needed === 1 ? 'is' : 'are'} needed`;

/**
 * A sentinel that is silent here and may vote all the same: one that only wants a password; or, where it runs
 * elsewhere, one whose address leads nowhere from this machine while its peers have it as up.
 */
function mayBeAlive(
  sentinel: SentinelState,
  snapshot: Snapshot,
  expectation: Expectation,
  name: string,
): boolean {
  const kind = sentinel.silence?.kind;
  if (kind === 'auth') return true;
  if (expectation.own || (kind !== 'timeout' && kind !== 'error')) return false;
  const entries = witnessesOf(snapshot, name).flatMap((w) =>
    w.view.sentinels.filter((peer) => isAt(sentinel, peer.address)),
  );
  return entries.length > 0 && entries.every((peer) => !peer.flags.includes('s_down'));
}
