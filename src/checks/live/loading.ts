import type { SnapshotCheck } from '../check.js';
import { judgeMasters, nameOf } from '../snapshot.js';

export default {
  id: 'loading',
  needs: 'snapshot',
  severity: 'warning',
  group: 'live',
  title: 'a data node is loading its data',
  consequence: 'it answers no command but INFO until it is done, and Sentinel does not promote it meanwhile',
  explanation:
    'A data node that starts reads its file into memory first, and a replica reads a full copy from its master. Until it ' +
    'is done it answers -LOADING. A large data set takes minutes.',
  remedy: ['wait: INFO persistence says how much is left (loading_eta_seconds)'],
  sources: ['server.c: processCommand (-LOADING)'],
  causes: ['link-down', 'lag', 'replica-missing'],
  live: (facts) =>
    judgeMasters(facts, ['nodes'], ({ answered, hints }) =>
      answered
        .filter((n) => n.answer.loading)
        .map((node) => ({
          subject: node.id,
          message: `${nameOf(node)} is loading its data and serves nothing yet`,
          fix: [hints.logs(node, 'INFO persistence')],
        })),
    ),
} satisfies SnapshotCheck;
