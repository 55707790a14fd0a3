import type { SnapshotCheck } from '../check.js';
import { isSilent, judgeMasters } from '../snapshot.js';

export default {
  id: 'writes-refused',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'down',
  group: 'live',
  title: 'the master refuses every write because no replica is in reach',
  consequence: 'every write is answered with -NOREPLICAS until a replica acknowledges again',
  explanation:
    'With min-replicas-to-write set, a master counts the replicas whose last acknowledgement is younger than ' +
    'min-replicas-max-lag. INFO shows that count only where the setting is in effect; at 0 every write is refused, ' +
    'whatever the setting is. With more than 0 the setting itself is needed: doctor reads it (min-replicas).',
  remedy: ['bring a replica back: what keeps the replicas away is the cause'],
  sources: [
    'replication.c: refreshGoodSlavesCount, checkGoodReplicasStatus',
    'server.c: genRedisInfoString (min_slaves_good_slaves)',
  ],
  live: (facts) =>
    judgeMasters(facts, ['nodes'], (master) => {
      const { hints, nodes, refOf } = master;
      const node = master.answered.find((n) => master.master !== null && n.id === refOf(master.master).id);
      // doctor, which reads the setting, says it with the number.
      if (node?.answer.goodReplicas !== 0 || node.answer.role !== 'master') return [];
      if (node.answer.settings !== undefined) return [];
      const lost = nodes.find(isSilent);
      return [
        {
          subject: node.id,
          servers: nodes.map((n) => n.id),
          brief: `${node.id} refuses every write: 0 good replicas (min-replicas-to-write)`,
          message: `${node.id} refuses every write: no replica is in reach, and min-replicas-to-write is set`,
          evidence: null,
          fix: [
            lost === undefined
              ? `${hints.ctl('doctor')}  # says what keeps the replicas away`
              : hints.revive(lost, lost.silence),
          ],
        },
      ];
    }),
} satisfies SnapshotCheck;
