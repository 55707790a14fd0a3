import { tagOf } from '../../drivers/links.js';
import { usageError } from '../../errors.js';
import { formatDurationMs } from '../../model/duration.js';
import { type Fault, SLOW_NETWORK } from './fault.js';
import { cutLinks } from './partition.js';
import { dataTargets } from './targets.js';
import { ways } from './ways.js';

/** What happens between nodes. */
export const NETWORK_FAULTS: Fault[] = [
  {
    name: 'partition',
    summary: 'packets between parts of the cluster are dropped',
    does: 'Silently and in both directions, also on open connections. Parties that are not named keep their connections.',
    drivers: ways(
      [
        'packet rules between the nodes’ own loopback addresses (up --loopback own, as root on Linux)',
        'the tagged rules are removed',
      ],
      [
        'packet rules in the containers’ own network namespaces; every container keeps its address',
        'the tagged rules are removed; a container that is restarted has none',
      ],
    ),
    expires: null,
    correct: [
      'master: the majority replaces it; the old one becomes a replica after the heal',
      'replication-link: no failover; the replica’s link goes down and comes back',
    ],
    mustNot: [
      'writes that the cut-off side acknowledges and loses, beyond what min-replicas-to-write allows',
      'a failover on the minority side',
    ],
    params: { forMs: 'until heal' },
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
    summary: 'all traffic between one node and the others is delayed',
    does: 'A proxy holds each chunk for --delay, plus up to --jitter, in each direction; the order is kept.',
    drivers: ways(
      [
        'packet rules that lead to a proxy (up --loopback own, as root on Linux)',
        'the rules are removed and the proxy ends; connections are opened again',
      ],
      [
        'packet rules in the other containers that lead to a proxy',
        'the rules are removed and the proxy ends; connections are opened again',
      ],
    ),
    // Before the proxy's own hour is over: without it the rules would cut the node off.
    keptAtMostMs: 50 * 60_000,
    expires: 'a guard rolls it back after 50 minutes, before the proxy ends',
    correct: ['nothing while answers come within down-after; replicas lag by the delay'],
    mustNot: ['a failover because of a delay below down-after'],
    params: {
      forMs: 'until heal',
      delayMs: formatDurationMs(SLOW_NETWORK.delayMs),
      jitterMs: formatDurationMs(SLOW_NETWORK.jitterMs),
    },
    target: { words: 'a data node, or master', byDefault: 'master' },
    radius: {},
    acts(roles, targets, { tag, delayMs = SLOW_NETWORK.delayMs, jitterMs = SLOW_NETWORK.jitterMs }) {
      const [node, ...more] = dataTargets(roles, targets);
      if (node === undefined || more.length > 0)
        throw usageError('bad-target', 'one node is slowed down at a time', { hint: 'name one' });
      return [{ act: 'slow', node: node.id, delayMs, jitterMs, tag: tagOf(roles.plan.spec.cluster, tag) }];
    },
  },
];
