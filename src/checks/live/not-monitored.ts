import { sameAddress } from '../../model/address.js';
import {
  type AnsweredSentinel,
  monitoredNames,
  type SnapshotFacts,
  sentinelAnswers,
} from '../../model/facts.js';
import type { SnapshotCheck } from '../check.js';
import { monitorAs } from '../fixes.js';
import { judged } from '../group.js';
import { ids, names, subjectOf, unanswered } from '../snapshot.js';
import { thenWait } from '../under-way.js';

export default {
  id: 'not-monitored',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'sentinels',
  title: 'a sentinel does not monitor a master that others monitor',
  consequence:
    'it has no vote in a failover of this master, and a client that asks it first does not find the master',
  explanation:
    'Every sentinel of a group should monitor the same master under the same name. This one was started with ' +
    'another configuration file, or received SENTINEL REMOVE.',
  remedy: ['SENTINEL MONITOR NAME HOST PORT QUORUM at that sentinel, then its settings with SENTINEL SET'],
  sources: ['sentinel.c: sentinelCommand (MONITOR, REMOVE)'],
  causes: ['sentinels-few', 'no-quorum'],
  live(facts) {
    const { snapshot, hints } = facts;
    const answering = snapshot.sentinels.filter(sentinelAnswers);
    const name = meantName(facts);
    const without = answering.filter((s) => !s.answer.masters.some((m) => m.name === name));
    const [first] = without;
    const missing = unanswered(snapshot.sentinels);
    if (name === null || first === undefined || without.length === answering.length)
      return judged([], missing);
    const repair = monitorIt(facts, name, without);
    const others = answering.filter((s) => !without.includes(s));
    const otherwise = otherNames(facts, name, without);
    const as = otherwise.length === 0 ? '' : `; the same master is ${otherwise.join(' and ')} there`;
    return [
      {
        subject: subjectOf(without),
        message: `${names(without)} ${without.length === 1 ? 'does' : 'do'} not monitor ${name}, while ${ids(others)} ${others.length === 1 ? 'does' : 'do'}${as}`,
        fix: repair ?? [hints.logs(first, 'SENTINEL MASTERS')],
        ...(repair !== null && { later: thenWait(hints) }),
      },
    ];
  },
} satisfies SnapshotCheck;

/** The names under which these monitor the same master: one name more does harm, and overlap and name-mismatch have the remedy. */
function otherNames(
  { masters }: SnapshotFacts,
  name: string,
  without: readonly AnsweredSentinel[],
): string[] {
  const views = masters.find((m) => m.name === name)?.sentinelViews ?? [];
  const beside = without
    .flatMap(({ answer }) => [...answer.masters, ...(answer.others ?? [])])
    .filter(({ address }) => views.some(({ view }) => sameAddress(view.address, address)));
  return [...new Set(beside.map((m) => m.name))];
}

/** As the others monitor it; null where they do not agree on its address, or these have it under another name. */
function monitorIt(
  facts: SnapshotFacts,
  name: string,
  without: readonly AnsweredSentinel[],
): string[] | null {
  if (otherNames(facts, name, without).length > 0) return null;
  const sentinelViews = facts.masters.find((m) => m.name === name)?.sentinelViews ?? [];
  const [like, ...others] = sentinelViews;
  if (like === undefined || others.some(({ view }) => !sameAddress(view.address, like.view.address)))
    return null;
  const { address, quorum, downAfterMs, failoverTimeoutMs, parallelSyncs } = like.view;
  const settings = { quorum, downAfterMs, failoverTimeoutMs, parallelSyncs };
  return without.flatMap((sentinel) => monitorAs(sentinel, name, address, settings));
}

/** The master that was asked for, or the only one; null where several are monitored and none was asked for. */
function meantName({ snapshot, expectation }: SnapshotFacts): string | null {
  const monitored = monitoredNames(snapshot);
  return expectation.masterName ?? (monitored.length === 1 ? (monitored[0] ?? null) : null);
}
