import { formatAddress } from '../../model/address.js';
import { isMapped, ledByMap } from '../../model/address-map.js';
import { isAt, livesHere, type SnapshotFacts } from '../../model/facts.js';
import { ctl } from '../../model/hints.js';
import { HEARD_MS } from '../../model/sentinel-timing.js';
import type { SeenSentinel, SentinelState } from '../../model/snapshot.js';
import type { RawFinding } from '../check.js';
import { nameOf } from '../snapshot.js';
import { lookAgain } from '../under-way.js';
import { isHeardIn } from './heard.js';
import { isSpeaking } from './says-instead.js';
import { heardElsewhere, NEXT_LOOK, routeTo, saidNothing, silenceOf } from './silent-words.js';

const entriesOf = ({ masters }: SnapshotFacts, sentinel: SentinelState): SeenSentinel[] =>
  masters.flatMap(({ sentinelViews }) =>
    sentinelViews.flatMap(({ view }) => view.sentinels.filter((s) => isAt(sentinel, s.address))),
  );

/** Whether only this machine lacks a route to it, as far as is known: its peers hear it, or none of them answers either. */
export const isOutOfReach = (facts: SnapshotFacts, sentinel: SentinelState): boolean =>
  entriesOf(facts, sentinel).every(
    ({ flags, answeredMsAgo }) =>
      !flags.includes('s_down') && answeredMsAgo != null && answeredMsAgo < HEARD_MS,
  );

/** Whether every peer that lists it has a fresh answer of it, and one does. */
export const isHeard = (facts: SnapshotFacts, sentinel: SentinelState): boolean =>
  isOutOfReach(facts, sentinel) && entriesOf(facts, sentinel).length > 0;

/** Only a typed address says that there is a sentinel: none that answers lists it. */
export const isUnlisted = (facts: SnapshotFacts, sentinel: SentinelState): boolean =>
  facts.masters.some((m) => m.sentinelViews.length > 0) && entriesOf(facts, sentinel).length === 0;

/** No connection to it came about, and it is not known to be down. */
const isUnreached = ({ silence }: SentinelState): boolean =>
  silence?.kind === 'error' || (silence?.kind === 'timeout' && silence.unreached === true);

/** It refuses this machine alone: its peers are connected to it, as through a tunnel that leads to one of them. */
export const isRefusedHere = (facts: SnapshotFacts, sentinel: SentinelState): boolean =>
  sentinel.silence?.kind === 'refused' &&
  !livesHere(facts.expectation) &&
  isHeardIn(entriesOf(facts, sentinel));

/** The command for the sentinels that answer alone. */
function leftOut({ masters }: SnapshotFacts): string {
  const answering = masters.flatMap((m) => m.sentinelViews.map((w) => formatAddress(w.sentinel.endpoint)));
  return ctl({ own: false, cluster: [...new Set(answering)].join(',') }, 'status');
}

/** What to type where something else than a sentinel answers at its address; a remark alone where no other one answers. */
export function elsewhere(facts: SnapshotFacts, sentinel: SentinelState): string[] {
  const { announce } = sentinel;
  if (!facts.expectation.own && isMapped(sentinel)) return [routeTo(facts, sentinel)];
  return facts.expectation.own || !isUnlisted(facts, sentinel)
    ? ['# give the addresses of the sentinels: --sentinel-addrs HOST:26379']
    : [`${leftOut(facts)}  # without ${formatAddress(announce)}`];
}

/** What is said where only this machine is known to lack something: nothing of the sentinel, nor of its vote. Else null. */
export function withoutRoute(
  facts: SnapshotFacts,
  sentinel: SentinelState,
): Pick<RawFinding, 'brief' | 'message' | 'evidence' | 'consequence' | 'fix'> | null {
  const { expectation, hints } = facts;
  const { silence, announce } = sentinel;
  const isSlow = silence?.kind === 'timeout';
  if (expectation.own || isSpeaking(sentinel)) return null;
  const evidence = silenceOf(sentinel);
  if (silence?.misled !== undefined) {
    const { at, is } = silence.misled;
    const other = facts.snapshot.sentinels.find((s) => isAt(s, is))?.id ?? formatAddress(is);
    const where = formatAddress(at);
    const brief = `${sentinel.id} ${ledByMap(at)}${where === other ? '' : `, which is ${other}`}`;
    return {
      brief,
      message: brief,
      evidence: null,
      consequence: 'it was not asked: whether it runs is known from its peers only',
      fix: [routeTo(facts, sentinel)],
    };
  }
  if (isUnlisted(facts, sentinel)) {
    const brief =
      silence?.kind === 'refused'
        ? `nothing listens at ${sentinel.id}, and no sentinel lists it`
        : `${sentinel.id} ${isUnreached(sentinel) ? 'cannot be reached from this machine' : 'does not answer'}, and no sentinel lists it`;
    return {
      brief,
      message: `${saidNothing(sentinel)}; no sentinel lists it`,
      evidence,
      consequence: 'whether it is a sentinel of this cluster is not known: it counts as none of its voters',
      fix: [
        `${leftOut(facts)}  # without it; where it is a sentinel of this cluster, start it, or give a route to ${formatAddress(announce)}`,
      ],
    };
  }
  if (!isUnreached(sentinel) && !isRefusedHere(facts, sentinel)) return null;
  if (!isHeard(facts, sentinel)) return null;
  // What the peers said is older than the time that was waited here.
  if (isSlow)
    return livesHere(expectation) ? null : { ...unansweredHere(sentinel), evidence, fix: lookAgain(hints) };
  return {
    brief: `${sentinel.id} cannot be reached from this machine, and the other sentinels reach it`,
    message: `${saidNothing(sentinel)}; the other sentinels reach it`,
    evidence,
    consequence:
      'only this machine lacks a route to it: it counts as usable for the others, and votes in a failover',
    fix: [routeTo(facts, sentinel)],
  };
}

function unansweredHere(sentinel: SentinelState): Pick<RawFinding, 'brief' | 'message' | 'consequence'> {
  const words = heardElsewhere(sentinel, 'the other sentinels');
  return {
    brief: `${sentinel.id} ${words}`,
    message: `${nameOf(sentinel)} ${words}`,
    consequence: NEXT_LOOK,
  };
}
