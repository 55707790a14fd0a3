import { tagOf } from '../../drivers/links.js';
import { usageError } from '../../errors.js';
import type { Fault } from './fault.js';
import { cutLinks } from './partition.js';
import { dataTargets } from './targets.js';
import { ways } from './ways.js';

const DELAY_MS = 100;

/** What happens between nodes. */
export const NETWORK_FAULTS: Fault[] = [
  {
    name: 'partition',
    summary: 'packets between parts of the cluster are dropped',
    does: 'Silently, in both directions, those of connections that exist included. What was not said keeps its connections.',
    drivers: ways(
      [
        'packet rules between the nodes’ own loopback addresses (up --loopback own, as root on Linux)',
        'the rules that carry the mark are removed',
      ],
      [
        'packet rules in the containers’ own network namespaces; every container keeps its address',
        'the rules that carry the mark are removed; a container that is restarted has none',
      ],
    ),
    expires: null,
    correct: [
      'master: the majority replaces it; the old one is made a replica once it is healed',
      'replication-link: no failover; the replica’s link goes down and comes back',
    ],
    mustNot: [
      'writes that the cut-off side acknowledges and loses, beyond what min-replicas-to-write allows',
      'a failover on the side of the minority',
    ],
    params: { forMs: 'until it is healed' },
    target: {
      words:
        'master, master+sentinel, master+client, one-way, replication-link [NODE], a node, or two groups: redis-1,sentinel-1|redis-2,redis-3,sentinel-2,sentinel-3',
      byDefault: 'master',
    },
    radius: { dataNodes: 'all', sentinels: 'all' },
    acts: (roles, targets, { tag }) => [
      { act: 'block', links: cutLinks(roles, targets), tag: tagOf(roles.plan.spec.cluster, tag) },
    ],
  },
  {
    name: 'slow-network',
    summary: 'everything between a node and the others takes longer',
    does: 'A proxy of ours holds each piece for --delay, and up to --jitter more, in each direction; order is kept.',
    drivers: ways(
      [
        'packet rules that lead to a proxy of ours (up --loopback own, as root on Linux)',
        'the rules are removed and the proxy is ended; connections are made anew',
      ],
      [
        'packet rules in the other containers that lead to a proxy of ours',
        'the rules are removed and the proxy is ended; connections are made anew',
      ],
    ),
    // Before the proxy's own hour is over: without it the rules would cut the node off.
    keptAtMostMs: 50 * 60_000,
    expires: 'a guard heals it after 50 minutes, before the proxy ends',
    correct: ['nothing, as long as an answer comes within down-after; replicas lag by the delay'],
    mustNot: ['a failover because of a delay below down-after'],
    params: { forMs: 'until it is healed', delayMs: '100ms', jitterMs: '0ms' },
    target: { words: 'a data node, or master', byDefault: 'master' },
    radius: {},
    acts(roles, targets, { tag, delayMs = DELAY_MS, jitterMs = 0 }) {
      const [node, ...more] = dataTargets(roles, targets);
      if (node === undefined || more.length > 0)
        throw usageError('bad-target', 'one node is slowed down at a time', { hint: 'name one' });
      return [{ act: 'slow', node: node.id, delayMs, jitterMs, tag: tagOf(roles.plan.spec.cluster, tag) }];
    },
  },
];
