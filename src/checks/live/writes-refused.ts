import type { AnsweredNode, MasterFacts } from '../../model/facts.js';
import { cli, type Hints } from '../../model/hints.js';
import { count } from '../../model/words.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { setConfig } from '../fixes.js';
import { LEAST_REPLICAS } from '../group.js';
import { isSilent, judgeMasters } from '../snapshot.js';
import { attachOne } from './no-replica.js';

export default {
  id: 'writes-refused',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'down',
  group: 'live',
  part: 'master',
  title: 'the master refuses every write: fewer replicas acknowledge than min-replicas-to-write asks for',
  consequence:
    'every write is answered with -NOREPLICAS until as many replicas acknowledge as min-replicas-to-write asks for',
  explanation:
    'With min-replicas-to-write set, a master counts the good replicas: those whose last acknowledgement is younger ' +
    'than min-replicas-max-lag. INFO shows that count only where the setting is in effect, and CONFIG GET how many ' +
    'it asks for: with fewer every write is refused. Where CONFIG may not be read, 0 is known to be too few; with ' +
    'more, whether writes are refused is not known, and no cluster is called healthy.',
  remedy: [
    'bring a replica back: what keeps the replicas away is the cause',
    'where all replicas are there, min-replicas-to-write asks for more than there are: lower it',
    "where the setting may not be read: ACL SETUSER USER '+config|get' for the user of sentinelctl",
  ],
  sources: [
    'replication.c: refreshGoodSlavesCount, checkGoodReplicasStatus',
    'server.c: genRedisInfoString (min_slaves_good_slaves)',
  ],
  live: (facts) =>
    judgeMasters(facts, ['nodes'], (master) => {
      const { answered, refOf } = master;
      const node = answered.find((n) => master.master !== null && n.id === refOf(master.master).id);
      const good = node?.answer.goodReplicas;
      if (node === undefined || good === undefined || node.answer.role !== 'master') return [];
      const { leastReplicas: least } = node.answer;
      if (least === undefined && good > 0) return [notKnown(node, good, master.hints)];
      return good < (least ?? 1) ? [refused(master, node, good)] : [];
    }),
} satisfies SnapshotCheck;

function refused({ hints, nodes }: MasterFacts, node: AnsweredNode, good: number): RawFinding {
  const { leastReplicas: least } = node.answer;
  const replicas = nodes.length - 1;
  const lost = nodes.find(isSilent);
  const isTooHigh = (least ?? 0) > replicas || (good > 0 && good === replicas);
  const setting = least === undefined ? 'min-replicas-to-write' : `min-replicas-to-write ${least}`;
  return {
    subject: node.id,
    // Whichever replica is away is the reason, where that is known.
    // With more replicas asked for than there are it is a cause of its own: none that comes back changes it.
    ...(!isTooHigh && { servers: nodes.map((n) => n.id) }),
    brief: `${node.id} refuses every write (${setting}, ${good} good replicas)`,
    message: `${node.id} refuses every write: min-replicas-to-write is ${least ?? 'set'}, and ${good} of ${count(replicas, 'replica')} ${good === 1 ? 'acknowledges' : 'acknowledge'} in time`,
    evidence: null,
    fix: isTooHigh
      ? enough(hints, node, replicas)
      : [
          lost === undefined
            ? `${cli(node, 'INFO replication')}  # one whose lag is over min-replicas-max-lag is not counted`
            : hints.revive(lost, lost.silence),
        ],
  };
}

/** As many as are left after a failover; where there is no replica at all, one is what is missing. */
const enough = (hints: Hints, node: AnsweredNode, replicas: number): string[] =>
  replicas > 0
    ? setConfig(node, LEAST_REPLICAS[0], Math.max(1, replicas - 1))
    : [
        ...attachOne(hints, node.announce),
        `# until then it takes writes, on this one server only, with: ${cli(node, `CONFIG SET ${LEAST_REPLICAS[0]} 0`)}`,
      ];

/** What only sentinelctl lacks, where it may hide that no write works. */
function notKnown(node: AnsweredNode, good: number, hints: Hints): RawFinding {
  const why = node.answer.leastUnread ?? 'CONFIG GET was not asked';
  const isForbidden = why.startsWith('NOPERM');
  // `doctor` reads the new name in the files that it can read, and then this reason is gone.
  const isUnknown = /unknown command/i.test(why);
  const lacks =
    isUnknown || why.startsWith('CONFIG is renamed')
      ? 'CONFIG is renamed or disabled there, and tells min-replicas-to-write'
      : 'this user may not read min-replicas-to-write';
  return {
    subject: node.id,
    impact: 'unknown',
    severity: 'warning',
    brief: `whether ${node.id} accepts writes is not known: ${lacks}`,
    message: `${node.id} counts ${count(good, 'good replica')}, and how many min-replicas-to-write asks for is not known: ${why}`,
    consequence: 'with fewer good replicas than it asks for, every write is answered with -NOREPLICAS',
    fix: isForbidden
      ? [
          `# the user of sentinelctl needs one more right, at each data node: ${cli(node, "ACL SETUSER USER '+config|get'")}`,
        ]
      : isUnknown
        ? [`${hints.ctl('doctor')}  # looks for the new name of CONFIG in the configuration files`]
        : [`# compare it with the configuration file of ${node.id}`],
  };
}
