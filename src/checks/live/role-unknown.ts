import type { SnapshotCheck } from '../check.js';
import { judgeMasters, nameOf } from '../snapshot.js';

export default {
  id: 'role-unknown',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'at-risk',
  group: 'live',
  part: 'nodes',
  title: 'a server at a data node’s address is neither master nor replica',
  consequence: 'clients and sentinels that use this address reach the wrong kind of server',
  explanation:
    'A data node reports role:master or role:slave in INFO. This server reports neither: it is not a Redis or ' +
    'Valkey data node, or a proxy in between hides its answer.',
  remedy: ['find out which program listens at this address'],
  sources: ['server.c: genRedisInfoString (replication)'],
  causes: ['no-master', 'replica-missing'],
  live: (facts) =>
    judgeMasters(facts, ['nodes'], ({ answered, hints, master, refOf }) =>
      answered
        .filter((n) => n.answer.role === 'unknown')
        .map((node) => ({
          subject: node.id,
          // Where clients are sent to it, it may take their writes all the same: KeyDB says role:active-replica.
          ...(master !== null && refOf(master).id === node.id && { impact: 'unknown' }),
          message: `${nameOf(node)} answers, but neither as a master nor as a replica`,
          fix: [hints.logs(node, 'ROLE')],
        })),
    ),
} satisfies SnapshotCheck;
