import { type AnsweredNode, isAt, type MasterFacts, type SentinelView } from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import { downAfterOfQuorum } from '../../model/sentinel-settings.js';
import {
  downAfterForCutOffMs,
  INFO_PERIOD_MS,
  INFO_SEEN_MS,
  maxLinkDownMs,
  usualFailoverMs,
  WRONG_ROLE_DOWN_MS,
} from '../../model/sentinel-timing.js';
import { listed } from '../../model/words.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { canElect, electorateOf, headCount } from '../electorate.js';
import { setConfig } from '../fixes.js';
import { blockedAt } from '../promotable.js';
import { judgeMasters, subjectOf } from '../snapshot.js';
import { failoverUnderWay, lookAgain } from '../under-way.js';
import { bringBack } from './bring-back.js';
import { dataWords } from './chain.js';
import { expected } from './overdue.js';

export default {
  id: 'replica-ring',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'down',
  group: 'live',
  part: 'replicas',
  title: 'the data nodes follow each other in a circle, and none is the master',
  consequence: 'no write is possible: each of them is a replica of another one',
  explanation:
    'A node that was the master came back as a replica, or was given REPLICAOF, while another one still follows ' +
    'it. A replica accepts no replica before it has a link itself, so links that are down stay down, and those that ' +
    'are up stay up. Sentinel repairs it by a failover where the link of one replica is up, or as long as one replica was without its master for less than 10 x down-after; after that ' +
    'every attempt ends with -failover-abort-no-good-slave, for ever.',
  remedy: [
    'promote a node that has the data, never the empty one',
    'raise down-after-milliseconds at one sentinel until a replica may be promoted, SENTINEL FAILOVER, then restore it',
  ],
  sources: [
    'sentinel.c: sentinelSelectSlave (master_link_down_time), sentinelCheckSubjectivelyDown (role_reported)',
    'replication.c: syncCommand (NOMASTERLINK)',
    'measured',
  ],
  causes: [
    'master-address-not-master',
    'no-master',
    'master-down',
    'no-good-slave',
    'failover-stuck',
    'link-down',
    'replica-orphan',
    'replica-missing',
    'lag',
    'writes-refused',
    'no-quorum',
    'seen-down',
  ],
  live: (facts) =>
    judgeMasters(facts, ['nodes'], (master) => {
      const { answered, name } = master;
      if (answered.some((n) => n.answer.role === 'master')) return [];
      const ring = ringIn(answered);
      if (ring.length === 0) return [];
      const follows = answered.flatMap((node) => {
        const next = nextOf(node, answered);
        return next === undefined ? [] : [`${node.id} follows ${next.id}`];
      });
      const data = listed(answered.map(withData));
      const { outlook, ...way } = wayOut(master);
      return [
        {
          subject: subjectOf(ring),
          servers: answered.map((n) => n.id),
          brief: `no node is the master: ${[...ring, ring[0]].map((n) => n?.id).join(' → ')}; ${outlook}`,
          message: `${name} has no master: ${listed(follows)}; ${data}`,
          evidence: data,
          ...way,
        },
      ];
    }),
} satisfies SnapshotCheck;

const nextOf = ({ answer: { follows } }: AnsweredNode, nodes: readonly AnsweredNode[]) =>
  follows === null ? undefined : nodes.find((n) => isAt(n, follows));

/** The nodes that follow each other in a circle; empty where there is none. */
function ringIn(nodes: readonly AnsweredNode[]): AnsweredNode[] {
  for (const start of nodes) {
    const chain: AnsweredNode[] = [];
    for (let at: AnsweredNode | undefined = start; at !== undefined; at = nextOf(at, nodes)) {
      if (chain.includes(at)) return chain.slice(chain.indexOf(at));
      chain.push(at);
    }
  }
  return [];
}

const withData = ({ id, answer: { keys, offset } }: AnsweredNode): string =>
  dataWords(id, keys ?? null, offset);

const keysOf = ({ answer: { keys = 0 } }: AnsweredNode): number => keys;

type Way = Pick<RawFinding, 'fix' | 'later' | 'consequence' | 'countdown'> & {
  /** How it goes on, in a few words. */
  outlook: string;
};

/** What the sentinels do by themselves, or what makes them promote a node that has the data. */
function wayOut(facts: MasterFacts): Way {
  const { answered, hints, master: address, name, refOf, sentinelViews } = facts;
  const master = answered.find((n) => address !== null && n.id === refOf(address).id);
  const replicas = answered.filter((n) => n !== master);
  const most = Math.max(0, ...replicas.map(keysOf));
  const held = master === undefined ? null : keysOf(master);
  const [seen] = sentinelViews;
  const electorate = electorateOf(facts);
  if (seen === undefined || !canElect(electorate))
    return {
      outlook:
        seen === undefined ? 'no sentinel answers' : `no failover is possible (${headCount(electorate)})`,
      fix: bringBack(facts, null),
    };
  if (most === 0 && (held ?? 0) > 0 && master !== undefined)
    return {
      outlook: `${master.id} alone has the data`,
      consequence: 'no write is possible; a failover would promote an empty node and discard the data',
      fix: [cli(master, 'REPLICAOF NO ONE'), `# ${master.id} alone has the data`],
    };
  const busy = failoverUnderWay(sentinelViews);
  if (busy !== null) return { outlook: busy, fix: lookAgain(hints) };
  const { downAfterMs } = seen.view;
  const reasons = blockedAt(facts)?.reasons ?? [];
  const excluded = reasons.flatMap(({ kind, replica }) =>
    kind === 'priority' ? replicas.filter((n) => isAt(n, replica.address)) : [],
  );
  // News that is only old may come at any moment: then one is promoted that nothing else excludes.
  const isStale = reasons.some(({ kind }) => kind === 'stale');
  const cuts = reasons.flatMap(({ cut }) => (cut === undefined ? [] : [cut.forMs]));
  if (cuts.length === 0 && excluded.length > 0 && !isStale)
    return {
      outlook: NEVER,
      consequence: `no write is possible, and it does not end by itself: the sentinels promote none, because ${subjectOf(excluded)} ${excluded.length === 1 ? 'has' : 'have'} priority 0`,
      fix: holdersOf(excluded).flatMap((node) => setConfig(node, 'replica-priority', 100)),
    };
  // Until they call it down for its role, each replica without a link is without a master; one whose link is up, to
  // whichever node, reports no time without it (replication.c, master_link_down_since_seconds).
  const keepsLink = replicas.some((n) => !excluded.includes(n) && n.answer.linkStatus === 'up');
  const calledMs = downAfterOfQuorum(sentinelViews.map(({ view }) => view)) + WRONG_ROLE_DOWN_MS;
  const isTooLate = !keepsLink && calledMs > maxLinkDownMs({ downAfterMs });
  const countdown = expected(leftMsOf(facts));
  if (isStale || (cuts.length === 0 && !isTooLate))
    return {
      outlook: countdown.words,
      countdown,
      consequence: `the sentinels call a master that says it is a replica down after down-after + ${WRONG_ROLE_DOWN_MS / 1000} s, and then promote a replica`,
      fix: lookAgain(hints),
    };
  const empty = replicas.filter((n) => most > 0 && keysOf(n) === 0);
  const holders = replicas.filter((n) => !empty.includes(n));
  const allowed = holders.filter((n) => !excluded.includes(n));
  // Where each that has the data has priority 0, none would be promoted.
  const raised = allowed.length === 0 ? holders : [];
  const fit = allowed.length === 0 ? holders : allowed;
  const cutMs = cuts.length === 0 ? calledMs : Math.max(...cuts);
  const needed = Math.max(downAfterMs, downAfterForCutOffMs(Math.max(cutMs, calledMs)));
  return {
    outlook: NEVER,
    consequence: `no write is possible, and it does not end by itself: the replicas ${cuts.length === 0 ? 'will have been' : 'were'} without a master for ${Math.round(cutMs / 1000)} s, longer than 10 x down-after, so the sentinels promote none`,
    fix: [
      ...empty.flatMap((node) => [
        ...setConfig(node, 'replica-priority', 0),
        `# ${node.id} is empty and must not be promoted`,
      ]),
      ...raised.flatMap((node) => [
        ...setConfig(node, 'replica-priority', 100),
        `# ${node.id} has priority 0, and no other replica may be promoted`,
      ]),
      ...(empty.length + raised.length > 0
        ? [`# the sentinels read it within ${INFO_PERIOD_MS / 1000} s:`, `sleep ${INFO_SEEN_MS / 1000}`]
        : []),
      cli(seen.sentinel, `SENTINEL SET ${name} down-after-milliseconds ${needed}`),
      `# promotes ${listed(
        fit.map(({ id }) => id),
        'or',
      )}${held === 0 && most > 0 ? `, which ${fit.length === 1 ? 'has' : 'have'} the data; ${master?.id} is empty` : ''}:`,
      cli(seen.sentinel, `SENTINEL FAILOVER ${name}`),
      '# INPROG means that an attempt is under way: type it again until a node is the master',
    ],
    later: {
      when: 'once another node is the master',
      fix: cli(seen.sentinel, `SENTINEL SET ${name} down-after-milliseconds ${downAfterMs}`),
    },
  };
}

const NEVER = 'the sentinels promote none by themselves';

/** How long until a usual failover is over that the wrong role leads to, in milliseconds, counted at the sentinel that completes the quorum. */
function leftMsOf({ sentinelViews, snapshot }: MasterFacts): number {
  const quorum = Math.min(...sentinelViews.map(({ view }) => view.quorum));
  const each = sentinelViews.map(untilDownMs).toSorted((a, b) => a - b);
  const calledMs = each[Math.min(quorum, each.length) - 1] ?? 0;
  return calledMs + usualFailoverMs({ downAfterMs: 0 }) - (snapshot.ageMs ?? 0);
}

/** Until it calls a master down that says it is a replica; one that has not heard that yet does at its next INFO. */
function untilDownMs({ view }: SentinelView): number {
  const { downAfterMs, infoMsAgo, roleReportedMs, saysReplica } = view;
  const sinceMs = saysReplica === true ? (roleReportedMs ?? 0) : (infoMsAgo ?? 0) - INFO_PERIOD_MS;
  return downAfterMs + WRONG_ROLE_DOWN_MS - sinceMs;
}

/** Those that have data; all of them where none has. */
function holdersOf(nodes: readonly AnsweredNode[]): readonly AnsweredNode[] {
  const holders = nodes.filter((n) => keysOf(n) > 0);
  return holders.length > 0 ? holders : nodes;
}
