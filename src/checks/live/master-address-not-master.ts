import { isAt } from '../../model/facts.js';
import type { SnapshotCheck } from '../check.js';
import { judgeMasters, placed } from '../snapshot.js';

export default {
  id: 'master-address-not-master',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'down',
  group: 'live',
  title: 'the node at the master’s address is a replica',
  consequence: 'clients that check the role refuse it; others get READONLY for each write',
  explanation:
    'The node at the address that the sentinels give to clients answers, and its role is replica. That is normal ' +
    'for a moment during a failover. If it stays, the node was made a replica by hand or by its configuration ' +
    'file.',
  remedy: [
    'read the log of the node: it names the client that sent REPLICAOF',
    'where another node is a master, wait: the sentinels call a master with the wrong role down, and switch',
    'only where no node is a master: REPLICAOF NO ONE at the one that has the data',
  ],
  sources: [
    'https://redis.io/docs/latest/develop/reference/sentinel-clients/',
    'sentinel.c: sentinelCheckSubjectivelyDown',
    'measured',
  ],
  causes: ['no-master', 'replica-orphan', 'link-down'],
  live: (facts) =>
    judgeMasters(facts, ['sentinels', 'nodes'], (master) => {
      const { master: address, sentinelViews, answered, hints } = master;
      if (address === null || sentinelViews.length === 0) return [];
      const node = answered.find((n) => n.id === master.refOf(address).id);
      if (node === undefined || node.answer.role !== 'replica') return [];
      const { follows } = node.answer;
      const heir = answered.find((n) => follows !== null && isAt(n, follows) && n.answer.role === 'master');
      const look = hints.act(node, `logs ${node.id} --tail 50`, 'ROLE');
      return [
        {
          subject: node.id,
          brief: `the sentinels send clients to ${node.id}, which is a replica`,
          evidence: follows === null ? null : `${node.id} follows ${placed(master, follows)}`,
          message: `the sentinels send clients to ${placed(master, address)}, but it is a replica${follows === null ? '' : ` of ${placed(master, follows)}`}`,
          fix:
            heir === undefined
              ? [look]
              : [
                  hints.ctl('status --watch'),
                  `# ${heir.id} is a master: the sentinels call ${node.id} down for its role, and switch by themselves, usually within a minute`,
                  look,
                ],
        },
      ];
    }),
} satisfies SnapshotCheck;
