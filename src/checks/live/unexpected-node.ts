import type { SnapshotCheck } from '../check.js';
import { judgeMasters, nameOf } from '../snapshot.js';

export default {
  id: 'unexpected-node',
  needs: 'snapshot',
  severity: 'info',
  impact: 'none',
  group: 'live',
  part: 'nodes',
  title: 'the cluster has a data node that sentinelctl did not create',
  consequence: 'Sentinel may promote it, and sentinelctl can neither start nor stop it',
  explanation:
    'A server that sentinelctl did not create replicates from the cluster’s master, or a sentinel lists it. For ' +
    'Sentinel it is a replica like the others.',
  remedy: [
    'if it is intended: nothing to do',
    'otherwise stop its replication: REPLICAOF NO ONE at it, then SENTINEL RESET NAME at each sentinel, 30 s ' +
      'apart',
  ],
  sources: ['measured'],
  live: (facts) =>
    judgeMasters(facts, ['nodes'], ({ answered, expectation, name, hints }) => {
      const { own, nodes, cluster } = expectation;
      if (!own || nodes === undefined) return [];
      return answered
        .filter((node) => !nodes.some((e) => e.id === node.id))
        .map((node) => ({
          subject: node.id,
          message: `${nameOf(node)} takes part in ${name}, and is not a node of cluster ${cluster}`,
          fix: [hints.cli(node, 'ROLE')],
        }));
    }),
} satisfies SnapshotCheck;
