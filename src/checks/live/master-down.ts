import type { MasterFacts, SentinelView } from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import type { NodeState } from '../../model/snapshot.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { savedUser } from '../fixes.js';
import { grouped, ids, isDown, judgeMasters, placed, sentinelsOf } from '../snapshot.js';
import { answersErrors, calledDownAlive, deniedAt, orNoRight } from './called-down-alive.js';
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
        const denied = node === undefined ? null : deniedAt(node);
        const threat = threatOf(master, ref.id);
        if (node !== undefined && denied !== null && group.every(answersErrors))
          return [deniedIt(node, group, denied, threat)];
        if (node !== undefined && group.every((w) => isRefused(w, node)))
          return [refused(master, node, group, threat)];
        // A silent one is no-master, node-unreachable or auth.
        if (node !== undefined && node.silence !== null) return [];
        const errors = node?.answer != null && group.every(answersErrors);
        const agreed = group.some((w) => w.view.flags.includes('o_down'));
        return [
          {
            subject: ref.id,
            ...(threat !== null && {
              impact: 'data-unsafe' as const,
              brief: `${ids(sentinelsOf(group))} ${threat.calls} the live master ${ref.id} down and will replace it${threat.until}`,
            }),
            message: `${ids(sentinelsOf(group))} ${group.length === 1 ? 'calls' : 'call'} the master ${placed(master, ref)} down${node?.answer == null ? '' : ', although it answers here'} (${agreed ? 'o_down: the quorum agrees' : 's_down: the quorum does not agree yet'})${errors ? `: it answers each PING of ${group.length === 1 ? 'it' : 'them'} with an error` : ''}`,
            fix: errors
              ? [`${cli(node, 'ACL LOG')}  # names the user and the command that it refuses`]
              : [hints.logs(first.sentinel, `SENTINEL MASTER ${name}`)],
          },
        ];
      });
    }),
} satisfies SnapshotCheck;

/** How the headline says that a working master will be replaced; null where that is not about to happen. */
function threatOf(master: MasterFacts, id: string): { calls: string; until: string } | null {
  const called = calledDownAlive(master);
  if (called === null || called.node.id !== id) return null;
  return {
    calls: called.sentinels.length === 1 ? 'calls' : 'call',
    until: called.until === null ? '' : ` ${called.until}`,
  };
}

type Threat = ReturnType<typeof threatOf>;

/** What stands behind the cause, and how much it weighs. */
const threatens = (
  group: readonly SentinelView[],
  threat: Threat,
  cause: string,
): Pick<RawFinding, 'brief' | 'impact'> =>
  threat === null
    ? { brief: cause }
    : {
        impact: 'data-unsafe',
        brief: `${cause}; ${group.length === 1 ? 'it calls' : 'they call'} the live master down and will replace it${threat.until}`,
      };

/** In the words of acl-short, which names further commands. */
function deniedIt(node: NodeState, group: readonly SentinelView[], user: string, threat: Threat): RawFinding {
  const sentinels = ids(sentinelsOf(group));
  const calls = group.length === 1 ? 'calls' : 'call';
  const words = `${node.id}: the user ${user} may not run ping`;
  return {
    subject: node.id,
    ...(threat === null
      ? { brief: words }
      : {
          impact: 'data-unsafe' as const,
          brief: `${words}; ${sentinels} ${calls} the live master down and will replace it${threat.until}`,
        }),
    message: `${words}: ${sentinels} ${calls} it down, although it answers here`,
    evidence: `${node.id} answers each PING of ${sentinels} with an error: the sentinels log in as ${user}`,
    fix: [cli(node, `ACL SETUSER ${user} +ping`), ...savedUser(node)],
  };
}

function refused(
  { hints, name, nodes }: MasterFacts,
  node: NodeState,
  group: readonly SentinelView[],
  threat: Threat,
): RawFinding {
  const sentinels = sentinelsOf(group);
  const calls = sentinels.length === 1 ? 'calls' : 'call';
  const words = `${refusedWords(sentinels, node)}${group.map(({ view }) => orNoRight(view.infoMsAgo)).find(Boolean) ?? ''}`;
  return {
    subject: node.id,
    // It is refused by the other data nodes too.
    servers: nodes.map(({ id }) => id),
    ...threatens(group, threat, words),
    message: `${words}: ${ids(sentinels)} ${calls} it down, although it answers here`,
    evidence: `${node.id} answers each PING of ${ids(sentinels)} with an error, and answers here`,
    ...letIn(sentinels, name, hints),
  };
}
