import { isAt, livesHere, type SnapshotFacts } from '../../model/facts.js';
import type { SentinelState } from '../../model/snapshot.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { skipped } from '../group.js';
import { awaitedNames, LOOK_UP_HANGS, waitingFor } from '../name-lookups.js';
import { downWord, ids, isAllUnknown, isSilent, isStopped, nameOf, unanswered } from '../snapshot.js';
import { cutOffPeers, openTo } from '../still-speaks.js';
import { isGhostSentinel } from './ghost-sentinel.js';
import { forgetGone, isCounted } from './gone-sentinels.js';
import { isSpeaking, saysInstead } from './says-instead.js';
import {
  elsewhere,
  isHeard,
  isOutOfReach,
  isRefusedHere,
  isUnlisted,
  withoutRoute,
} from './sentinel-route.js';
import { saidNothing, silenceOf } from './silent-words.js';

export default {
  id: 'sentinel-unreachable',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'sentinels',
  title: 'a sentinel does not answer',
  consequence:
    'a sentinel that does not answer has no vote in a failover, and a client that asks it first waits for its connect timeout',
  explanation:
    'Every sentinel of the cluster was asked: the sentinels that sentinelctl created, those whose addresses were ' +
    'given, and those that they list. A sentinel that refuses the connection does not run; a sentinel that ' +
    'accepts it but does not answer is frozen, or behind a packet filter; where servers go by names, it may wait for a ' +
    'name server, and answers nothing meanwhile.',
  remedy: [
    'start it: sentinelctl start NODE, or redis-server sentinel.conf --sentinel',
    'if only this machine cannot reach it, and its peers do, check the route: it votes',
    'if it is frozen, resume it: sentinelctl resume NODE, or kill -CONT PID',
    'where servers go by names: getent hosts NAME on its machine must answer at once',
  ],
  sources: ['measured'],
  causes: ['no-quorum', 'seen-down', 'ghost-sentinel'],
  live: (facts) => {
    const silent = facts.snapshot.sentinels.filter((s) => isSilent(s) && !isGhostSentinel(facts, s));
    // Every failure may be this machine's: no-sentinel says that, and nothing is said of the cluster.
    if (isAllUnknown(facts) && !livesHere(facts.expectation) && !silent.some(isSpeaking))
      return silent.length === 0 ? [] : skipped(() => unanswered(silent));
    const forgettable = silent.filter((s) => isForgettable(facts, s));
    return silent.map((sentinel) => ({
      subject: sentinel.id,
      ...(!facts.expectation.own &&
        (isAllUnknown(facts) ||
          isUnlisted(facts, sentinel) ||
          isRefusedHere(facts, sentinel) ||
          (!isStopped(sentinel) && isOutOfReach(facts, sentinel))) && {
          impact: 'unknown',
        }),
      ...countedStill(facts, sentinel),
      ...wordsOn(facts, sentinel),
      ...(forgettable.includes(sentinel) && forgetGone(facts, forgettable)),
    }));
  },
} satisfies SnapshotCheck;

/** Whether it is down, and one that answers still counts it: started again, or forgotten where it is gone for good. */
const isForgettable = (facts: SnapshotFacts, sentinel: SentinelState): boolean =>
  isStopped(sentinel) &&
  saysInstead(sentinel, 'sentinel') === null &&
  isCounted(facts.masters, sentinel) &&
  peersWithout(facts, sentinel) === null;

/** The peers that hear a silent sentinel through the master, and do not reach it either. */
const peersWithout = (facts: SnapshotFacts, sentinel: SentinelState) =>
  cutOffPeers(
    facts.masters.flatMap((m) => m.sentinelViews),
    sentinel,
  );

/** Until its peers notice, their own CKQUORUM says something else. */
function countedStill(facts: SnapshotFacts, sentinel: SentinelState): Pick<RawFinding, 'consequence'> {
  const counting = facts.masters.flatMap(({ sentinelViews }) =>
    sentinelViews
      .filter(({ view }) =>
        view.sentinels.some((s) => isAt(sentinel, s.address) && !s.flags.includes('s_down')),
      )
      .map((sentinelView) => sentinelView.sentinel),
  );
  if (counting.length === 0 || !isStopped(sentinel)) return {};
  const who = ids([...new Set(counting)]);
  return {
    consequence: `a sentinel that is down has no vote in a failover; ${who} still ${counting.length === 1 ? 'counts' : 'count'} it as usable in CKQUORUM until down-after has passed; a client that asks it first waits for its connect timeout`,
  };
}

function wordsOn(
  facts: SnapshotFacts,
  sentinel: SentinelState,
): Pick<RawFinding, 'brief' | 'message' | 'evidence' | 'consequence' | 'fix'> {
  const cause = saysInstead(sentinel, 'sentinel');
  const evidence = silenceOf(sentinel);
  if (cause !== null) {
    const { words, fix } = cause;
    return { brief: `${sentinel.id} ${words}`, message: `${nameOf(sentinel)} ${words}`, evidence, fix };
  }
  // It takes the connection, and its peers hear it: it must not be started again.
  if (sentinel.silence?.kind === 'closed' && !facts.expectation.own && isHeard(facts, sentinel))
    return {
      brief: `${sentinel.id} closes each connection`,
      message: saidNothing(sentinel),
      evidence,
      fix: [
        '# it runs, since its peers hear it: its log says why (maxclients reached, TLS wanted, a proxy before it)',
      ],
    };
  const peers = peersWithout(facts, sentinel);
  if (peers !== null && !facts.expectation.own) {
    const words = 'cannot be reached, and its messages still arrive through the master';
    return {
      brief: `${sentinel.id} ${words}`,
      message: `${nameOf(sentinel)} ${words}: it runs`,
      evidence: `${evidence}; it runs: a peer that has no answer of it either still receives its messages`,
      fix: [openTo(sentinel, peers)],
    };
  }
  const apart = withoutRoute(facts, sentinel);
  if (apart !== null) return apart;
  const names = awaitedNames(facts, sentinel);
  if (names.length > 0)
    return {
      brief: `${sentinel.id} does not answer: ${LOOK_UP_HANGS}`,
      message: `${saidNothing(sentinel)}: the sentinels know servers by name, and ${LOOK_UP_HANGS}`,
      evidence,
      fix: waitingFor(facts, sentinel, names),
    };
  return {
    brief: isSpeaking(sentinel)
      ? `${sentinel.id} ${sentinel.silence?.message ?? ''}`
      : `${sentinel.id} ${downWord(sentinel)}`,
    message: saidNothing(sentinel),
    evidence: isSpeaking(sentinel) ? null : evidence,
    fix: isSpeaking(sentinel) ? elsewhere(facts, sentinel) : [facts.hints.revive(sentinel, sentinel.silence)],
  };
}
