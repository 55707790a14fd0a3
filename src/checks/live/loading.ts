import type { SnapshotCheck } from '../check.js';
import { judgeMasters, nameOf } from '../snapshot.js';

export default {
  id: 'loading',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  title: 'a data node is loading its data',
  consequence: 'it answers only INFO until it has loaded, and Sentinel does not promote it before that',
  explanation:
    'A data node that starts first loads its data from disk; a replica in a full resync loads a copy from its ' +
    'master. Until it has loaded it answers -LOADING. A large data set takes minutes.',
  remedy: ['wait: INFO persistence shows the remaining time (loading_eta_seconds)'],
  sources: ['server.c: processCommand (-LOADING)'],
  causes: ['link-down', 'lag', 'replica-missing'],
  live: (facts) =>
    judgeMasters(facts, ['nodes'], ({ answered, hints, master, refOf }) =>
      answered
        .filter((n) => n.answer.loading)
        .map((node) => ({
          subject: node.id,
          ...(master !== null && refOf(master).id === node.id && { impact: 'down' as const }),
          brief: `${node.id} is loading its data`,
          evidence: null,
          message: `${nameOf(node)} is loading its data and serves nothing yet`,
          fix: [hints.logs(node, 'INFO persistence')],
        })),
    ),
} satisfies SnapshotCheck;
