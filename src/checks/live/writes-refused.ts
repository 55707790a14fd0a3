import type { SnapshotCheck } from '../check.js';
import { setConfig } from '../fixes.js';
import { isSilent, judgeMasters } from '../snapshot.js';

export default {
  id: 'writes-refused',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'down',
  group: 'live',
  title: 'the master refuses every write because too few replicas are in reach',
  consequence:
    'every write is answered with -NOREPLICAS until as many replicas acknowledge as min-replicas-to-write asks for',
  explanation:
    'With min-replicas-to-write set, a master counts the replicas whose last acknowledgement is younger than ' +
    'min-replicas-max-lag. INFO shows that count only where the setting is in effect, and CONFIG GET how many it asks ' +
    'for: with fewer every write is refused. Where CONFIG may not be read, only 0 is known to be too few. doctor says ' +
    'the same in min-replicas.',
  remedy: [
    'bring a replica back: what keeps the replicas away is the cause',
    'where all replicas are there, min-replicas-to-write asks for more than there are: lower it',
  ],
  sources: [
    'replication.c: refreshGoodSlavesCount, checkGoodReplicasStatus',
    'server.c: genRedisInfoString (min_slaves_good_slaves)',
  ],
  live: (facts) =>
    judgeMasters(facts, ['nodes'], (master) => {
      const { hints, nodes, refOf } = master;
      const node = master.answered.find((n) => master.master !== null && n.id === refOf(master.master).id);
      // doctor, which reads all settings, says it in min-replicas.
      if (node?.answer.goodReplicas === undefined || node.answer.settings !== undefined) return [];
      const { goodReplicas: good, leastReplicas: least = 1, role } = node.answer;
      if (role !== 'master' || good >= least) return [];
      const lost = nodes.find(isSilent);
      // With all of them there, the setting asks for more than there are.
      const isTooHigh = good > 0 && good === nodes.length - 1;
      return [
        {
          subject: node.id,
          servers: nodes.map((n) => n.id),
          brief: `${node.id} refuses every write (min-replicas-to-write${node.answer.leastReplicas === undefined ? '' : ` ${least}`}, ${good} good replicas)`,
          message: `${node.id} refuses every write: ${good} good replicas, and min-replicas-to-write is ${node.answer.leastReplicas ?? 'set'}`,
          evidence: null,
          fix: isTooHigh
            ? setConfig(node, 'min-replicas-to-write', Math.max(1, good - 1))
            : [
                lost === undefined
                  ? `${hints.ctl('doctor')}  # says what keeps the replicas away`
                  : hints.revive(lost, lost.silence),
              ],
        },
      ];
    }),
} satisfies SnapshotCheck;
