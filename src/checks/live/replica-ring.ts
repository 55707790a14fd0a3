import { isAt } from '../../model/facts.js';
import type { Gathered, GatheredNode } from '../../model/gathered.js';
import { cli, ctl } from '../../model/hints.js';
import {
  downAfterForCutOffMs,
  INFO_PERIOD_MS,
  INFO_SEEN_MS,
  WRONG_ROLE_DOWN_MS,
} from '../../model/sentinel-timing.js';
import { listed } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { silentSentinels } from '../evidence.js';
import { factsOf } from '../facts-of.js';
import { setConfig } from '../fixes.js';
import { type Group, groupsOf, idsOf, judged, num } from '../group.js';
import { blockedAt } from '../promotable.js';
import { chainFrom, keysOf, withData } from './chain.js';

export default {
  id: 'replica-ring',
  needs: 'gathered',
  severity: 'critical',
  impact: 'down',
  group: 'live',
  part: 'replicas',
  title: 'the data nodes follow each other in a circle, and none is the master',
  consequence: 'no write is possible, and each of them waits for a link to another one that never comes',
  explanation:
    'A node that was the master came back as a replica, or was given REPLICAOF, while another one still follows ' +
    'it. Replicas accept no replica before they have a link themselves, so all links stay down. Sentinel repairs ' +
    'it by a failover as long as one replica was without its master for less than 10 x down-after; after that ' +
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
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const missing: string[] = [];
    const seen = groups.flatMap((group): RawFinding[] => {
      const { name, nodes } = group;
      for (const node of nodes) if (!node.role.ok) missing.push(`${node.id}: ${node.role.why}`);
      if (nodes.some((n) => n.role.ok && n.role.value.role === 'master')) return [];
      const ring = nodes.map((node) => chainFrom(node, gathered).ring).find((found) => found.length > 0);
      if (ring === undefined) return [];
      const follows = nodes.flatMap((node) => {
        const next = chainFrom(node, gathered).links[1] ?? (ring.includes(node) ? ring[0] : undefined);
        return next === undefined ? [] : [`${node.id} follows ${next.id}`];
      });
      return [
        {
          subject: idsOf(ring),
          servers: nodes.map((n) => n.id),
          masterName: name,
          brief: `no node is the master: ${[...ring, ring[0]].map((n) => n?.id).join(' → ')}`,
          message: `${name} has no master: ${listed(follows)}; ${listed(nodes.map(withData))}`,
          evidence: listed(nodes.map(withData)),
          ...wayOut(group, gathered),
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;

/** What the sentinels do by themselves, or what makes them promote a node that has the data. */
function wayOut(
  { name, views, replicas, master }: Group,
  gathered: Gathered,
): Pick<RawFinding, 'fix' | 'later' | 'consequence'> {
  const most = Math.max(0, ...replicas.map((n) => keysOf(n) ?? 0));
  const held = master === null ? null : keysOf(master);
  const [view] = views;
  if (view === undefined) return { fix: ['# no sentinel answers: start them first'] };
  if (most === 0 && (held ?? 0) > 0 && master !== null) {
    return {
      consequence: 'no write is possible; a failover would promote an empty node and discard the data',
      fix: [`# ${master.id} alone has the data:`, cli(master, 'REPLICAOF NO ONE')],
    };
  }
  const { fields } = view.master;
  const downAfterMs = num(fields, 'down-after-milliseconds') ?? 0;
  const facts = factsOf(gathered).masters.find((m) => m.name === name);
  const reasons = (facts === undefined ? null : blockedAt(facts))?.reasons ?? [];
  const cuts = reasons.flatMap(({ cut }) => (cut === undefined ? [] : [cut.forMs]));
  const excluded = reasons.flatMap(({ kind, replica }) =>
    kind === 'priority' ? replicas.filter((n) => isAt(n, replica.address)) : [],
  );
  // News that is only old may come at any moment: then one is promoted that nothing else excludes.
  const isStale = reasons.some(({ kind }) => kind === 'stale');
  if (cuts.length === 0 && excluded.length > 0 && !isStale)
    return {
      consequence: `no write is possible, and it does not end by itself: the sentinels promote none, because ${idsOf(excluded)} ${excluded.length === 1 ? 'has' : 'have'} priority 0`,
      fix: holdersOf(excluded).flatMap((node) => setConfig(node, 'replica-priority', 100)),
    };
  if (cuts.length === 0 || isStale)
    return {
      consequence: `the sentinels call a master that says it is a replica down after down-after + ${WRONG_ROLE_DOWN_MS / 1000} s, and then promote a replica`,
      fix: [ctl(gathered, 'status --watch')],
    };
  const empty = replicas.filter((n) => most > 0 && keysOf(n) === 0);
  const holders = replicas.filter((n) => !empty.includes(n) && n.silence === null);
  const allowed = holders.filter((n) => !excluded.includes(n));
  // Where each that has the data has priority 0, none would be promoted.
  const raised = allowed.length === 0 ? holders : [];
  const fit = allowed.length === 0 ? holders : allowed;
  const cutMs = Math.max(...cuts);
  const needed = Math.max(downAfterMs, downAfterForCutOffMs(cutMs));
  return {
    consequence: `no write is possible, and it does not end by itself: the replicas were without a master for ${Math.round(cutMs / 1000)} s, longer than 10 x down-after, so the sentinels promote none`,
    fix: [
      ...empty.flatMap((node) => [
        `# ${node.id} is empty and must not be promoted:`,
        ...setConfig(node, 'replica-priority', 0),
      ]),
      ...raised.flatMap((node) => [
        `# ${node.id} has priority 0, and no other replica may be promoted:`,
        ...setConfig(node, 'replica-priority', 100),
      ]),
      ...(empty.length + raised.length > 0
        ? [`# the sentinels read it within ${INFO_PERIOD_MS / 1000} s:`, `sleep ${INFO_SEEN_MS / 1000}`]
        : []),
      `# promotes ${listed(
        fit.map(({ id }) => id),
        'or',
      )}${held === 0 && most > 0 ? `, which ${fit.length === 1 ? 'has' : 'have'} the data; ${master?.id} is empty` : ''}:`,
      cli(view.sentinel, `SENTINEL SET ${name} down-after-milliseconds ${needed}`),
      '# INPROG means that an attempt is under way: type it again until a node is the master',
      cli(view.sentinel, `SENTINEL FAILOVER ${name}`),
    ],
    later: {
      when: 'once another node is the master',
      fix: cli(view.sentinel, `SENTINEL SET ${name} down-after-milliseconds ${downAfterMs}`),
    },
  };
}

/** Those that have data; all of them where none has. */
function holdersOf(nodes: readonly GatheredNode[]): readonly GatheredNode[] {
  const holders = nodes.filter((n) => (keysOf(n) ?? 0) > 0);
  return holders.length > 0 ? holders : nodes;
}
