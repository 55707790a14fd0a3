import { isAt, livesHere, type MasterFacts } from '../model/facts.js';
import { oncePer } from '../model/once-per.js';
import { votesNeeded } from '../model/sentinel-timing.js';
import { isLocked, type SentinelState } from '../model/snapshot.js';
import { count, listed } from '../model/words.js';
import { isHeardIn } from './live/heard.js';

/**
 * Which sentinels could replace a master at this moment. Judged by which of them answer, since CKQUORUM counts a dead
 * peer until down-after has passed. Two numbers must be met (sentinel.c, sentinelCheckObjectivelyDown and
 * sentinelGetLeader): the quorum must call the master down, and max(quorum, majority of all voters) must elect a leader.
 */
export interface Electorate {
  /** How many sentinels there are: those that answer, and those that a peer lists. */
  known: number;
  /** How many of them are alive, as far as is known here. */
  alive: number;
  /** Which of these do not answer here, and may vote all the same. */
  unheard: readonly { id: string }[];
  /** The lowest of theirs: each goes by its own, and one that is able to start a failover is enough. */
  quorum: number;
  /** How many must be alive to elect a leader. */
  needed: number;
  /** How many answer and are in TILT: they vote, but never call a master down (sentinel.c, sentinelCommand). */
  tilted: number;
}

/** See Electorate. `quorum` and `needed` are 0 where no sentinel answers. */
export const electorateOf = oncePer((facts: MasterFacts): Electorate => {
  const { sentinelViews } = facts;
  const { sentinels } = facts.snapshot;
  const others = sentinels.filter((s) => s.answer === null);
  const voters = Math.max(sentinelViews.length, ...sentinelViews.map((w) => w.view.sentinels.length + 1));
  const untilted = sentinelViews.filter((w) => !w.sentinel.answer.tilt);
  const able = untilted.length > 0 ? untilted : sentinelViews;
  const quorum = sentinelViews.length === 0 ? 0 : Math.min(...able.map((w) => w.view.quorum));
  const unheard = others.filter((s) => mayBeAlive(s, facts));
  return {
    known: Math.max(voters, sentinelViews.length + others.length),
    alive: sentinelViews.length + unheard.length,
    unheard,
    quorum,
    needed: sentinelViews.length === 0 ? 0 : votesNeeded(voters, quorum),
    tilted: sentinelViews.filter((w) => w.sentinel.answer.tilt).length,
  };
});

/** Whether enough are alive to elect a leader. */
export const canElect = ({ alive, needed }: Electorate): boolean => alive >= needed;

/** Whether enough of those that are alive may call a master down. */
export const canCallDown = ({ alive, tilted, quorum }: Electorate): boolean => alive - tilted >= quorum;

/** The dead sentinels whose start makes a failover possible, which TILT of others holds back; empty where it would not. */
export function restoredBy(facts: MasterFacts): readonly SentinelState[] {
  const electorate = electorateOf(facts);
  const { alive, tilted, quorum, needed, unheard } = electorate;
  const lost = facts.snapshot.sentinels.filter(
    (s) => s.answer === null && !unheard.some(({ id }) => id === s.id),
  );
  const all = alive + lost.length;
  return lost.length > 0 && !canCallDown(electorate) && all >= needed && all - tilted >= quorum ? lost : [];
}

/** `1 of 3 sentinels answers, 2 are needed`; `1 of 5 sentinels answers, sentinel-2 may vote, 3 are needed`. */
export const headCount = (electorate: Electorate): string =>
  `${answering(electorate)}, ${electorate.needed} ${electorate.needed === 1 ? 'is' : 'are'} needed`;

/** `2 of 3 sentinels answer, sentinel-3 may vote`, without the `tilted` that do not act. */
export function answering({ alive, known, unheard }: Electorate, tilted = 0): string {
  const heard = alive - unheard.length - tilted;
  const may = unheard.length === 0 ? '' : `, ${listed(unheard.map(({ id }) => id))} may vote`;
  return `${heard} of ${count(known, 'sentinel')} ${heard === 1 ? 'answers' : 'answer'}${may}`;
}

/**
 * A sentinel that is silent here and may vote all the same: one that only wants a password, or does not allow a
 * question; or, in an attached cluster, one that this machine cannot reach while its peers have it as up.
 */
function mayBeAlive(
  sentinel: SentinelState,
  { sentinelViews, expectation }: Pick<MasterFacts, 'sentinelViews' | 'expectation'>,
): boolean {
  if (sentinel.silence === null || isLocked(sentinel.silence)) return true;
  const { kind } = sentinel.silence;
  if (expectation.own) return false;
  const entries = sentinelViews.flatMap((w) =>
    w.view.sentinels.filter((peer) => isAt(sentinel, peer.address)),
  );
  // Where its process is known to be here, a refusal is its end.
  if (kind === 'refused' || kind === 'closed') return !livesHere(expectation) && isHeardIn(entries);
  if (kind !== 'timeout' && kind !== 'error') return false;
  return entries.length > 0 && entries.every((peer) => !peer.flags.includes('s_down'));
}
