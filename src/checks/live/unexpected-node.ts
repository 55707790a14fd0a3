import type { SnapshotCheck } from '../check.js';
import { judgeMasters, nameOf } from '../snapshot.js';

export default {
  id: 'unexpected-node',
  needs: 'snapshot',
  severity: 'info',
  group: 'live',
  title: 'a data node takes part that sentinelctl did not create',
  consequence: 'Sentinel may promote it, and sentinelctl can neither start nor stop it',
  explanation:
    'A server that is not in the plan of the cluster replicates from its master, or a sentinel lists it. It is a full ' +
    'member for Sentinel.',
  remedy: [
    'leave it, where that is meant',
    'else stop its replication: REPLICAOF NO ONE at it, and SENTINEL RESET NAME at each sentinel, 30 s apart',
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
