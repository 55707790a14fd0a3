import type { MasterFacts, SentinelView } from '../../model/facts.js';
import type { NodeState } from '../../model/snapshot.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { grouped, ids, isDown, judgeMasters, placed, sentinelsOf } from '../snapshot.js';
import { isRefused, letIn, refusedWords } from './refused-by-master.js';

export default {
  id: 'master-down',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'at-risk',
  group: 'live',
  part: 'master',
  title: 'a sentinel calls a master down although it answers',
  consequence:
    'once a quorum of sentinels agrees, a working master is replaced, and writes to it in the meantime are lost',
  explanation:
    'The sentinel got no valid answer to its PING for down-after-milliseconds, while the master answers ' +
    'sentinelctl: the network between them is cut, the sentinel uses a wrong password or a user without the ' +
    'needed rights, or the master returned a moment ago.',
  remedy: [
    'check the network between the sentinel and the master',
    'check the password and the user of the sentinel: SENTINEL SET NAME auth-pass, auth-user',
  ],
  sources: ['sentinel.c: sentinelCheckSubjectivelyDown, sentinelPingReplyCallback'],
  causes: ['seen-down', 'sentinel-isolated'],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], (master) => {
      const { sentinelViews, nodes, hints, name, refOf } = master;
      const seeing = sentinelViews.filter(({ view }) => isDown(view.flags));
      return grouped(seeing, (w) => refOf(w.view.address).id).flatMap((group): RawFinding[] => {
        const [first] = group;
        if (first === undefined) return [];
        const ref = refOf(first.view.address);
        const node = nodes.find((n) => n.id === ref.id);
        if (node !== undefined && group.every((w) => isRefused(w, node)))
          return [refused(master, node, group)];
        // A silent one is no-master, node-unreachable or auth.
        if (node !== undefined && node.silence !== null) return [];
        const agreed = group.some((w) => w.view.flags.includes('o_down'));
        return [
          {
            subject: ref.id,
            message: `${ids(sentinelsOf(group))} ${group.length === 1 ? 'calls' : 'call'} the master ${placed(master, ref)} down${node?.answer == null ? '' : ', although it answers here'} (${agreed ? 'o_down: the quorum agrees' : 's_down: the quorum does not agree yet'})`,
            fix: [hints.logs(first.sentinel, `SENTINEL MASTER ${name}`)],
          },
        ];
      });
    }),
} satisfies SnapshotCheck;

function refused(
  { hints, name, nodes }: MasterFacts,
  node: NodeState,
  group: readonly SentinelView[],
): RawFinding {
  const sentinels = sentinelsOf(group);
  const calls = sentinels.length === 1 ? 'calls' : 'call';
  const words = refusedWords(sentinels, node);
  return {
    subject: node.id,
    // It is refused by the other data nodes too.
    servers: nodes.map(({ id }) => id),
    brief: words,
    message: `${words}: ${ids(sentinels)} ${calls} it down, although it answers here`,
    evidence: `${node.id} answers each PING of ${ids(sentinels)} with an error, and answers here`,
    ...letIn(sentinels, name, hints),
  };
}
