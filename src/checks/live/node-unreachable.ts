import type { MasterFacts } from '../../model/facts.js';
import type { NodeState, SentinelState } from '../../model/snapshot.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import { isSilent, nameOf, names } from '../snapshot.js';
import { isGhostReplica } from './ghost-replica.js';
import { afterFailover, downWord, hasNoMaster, lostMaster } from './no-master.js';

export default {
  id: 'node-unreachable',
  needs: 'snapshot',
  severity: 'warning',
  group: 'live',
  title: 'a data node does not answer',
  consequence: 'it cannot be promoted, and its state is not known',
  explanation:
    'Every data node of the cluster was asked: the nodes that sentinelctl created, and those that a sentinel or a ' +
    'data node lists. A node that refuses the connection does not run; a node that accepts it but does not answer ' +
    'is frozen, or behind a packet filter. A dead master that is not replaced yet is reported as no-master.',
  remedy: [
    'start it: sentinelctl start NODE, which makes it a replica at once',
    'resume it where it is frozen: sentinelctl resume NODE, or kill -CONT PID',
  ],
  sources: ['measured'],
  causes: [
    'no-master',
    'ghost-replica',
    'link-down',
    'replica-orphan',
    'lag',
    'seen-down',
    'replica-missing',
    'failover-in-progress',
    'no-good-slave',
  ],
  live: (facts) =>
    facts.masters.flatMap((master) =>
      master.silent
        .filter((node) => isSilent(node) && !isGhostReplica(master, node))
        .filter((node) => !(hasNoMaster(master) && lostMaster(master)?.id === node.id))
        .map(
          (node): RawFinding => ({
            subject: node.id,
            masterName: master.name,
            ...(node.id === namedMaster(master)?.id
              ? oldMaster(node, master)
              : { message: saidNothing(node), fix: [master.hints.revive(node, node.silence)] }),
          }),
        ),
    ),
} satisfies SnapshotCheck;

/** `redis-2 127.0.0.1:6380 does not answer: connection refused`. */
export function saidNothing(server: NodeState | SentinelState): string {
  const said = server.silence?.message ?? 'no answer';
  // Something else listens at its address.
  if (server.silence?.kind === 'protocol') return `${nameOf(server)} ${said}`;
  return `${nameOf(server)} does not answer${/^did not answer\b/.test(said) ? said.replace(/^did not answer/, '') : `: ${said}`}`;
}

const namedMaster = ({ master, silent, refOf }: MasterFacts): NodeState | undefined =>
  master === null ? undefined : silent.find((n) => n.id === refOf(master).id);

/** The master that the sentinels name: a successor has the role already, or the sentinels still reach this one. */
function oldMaster(node: NodeState, facts: MasterFacts): Omit<RawFinding, 'subject'> {
  const heirs = facts.answered.filter((n) => n.answer.role === 'master');
  const said = `${facts.name}: its master ${nameOf(node)} ${downWord(node)}`;
  if (heirs.length === 0) {
    return {
      severity: 'critical',
      message: `${said}: ${node.silence?.message ?? 'no answer'}; the sentinels do not call it down`,
      consequence:
        'clients at this machine may not reach it either; no failover happens while the sentinels reach it',
      fix: [facts.hints.revive(node, node.silence)],
    };
  }
  return {
    severity: 'critical',
    message: `${said}; ${names(heirs)} ${heirs.length === 1 ? 'says that it is' : 'say that they are'} the master, and the sentinels do not name ${heirs.length === 1 ? 'it' : 'them'} yet`,
    consequence:
      'clients are still sent to the one that is down; the last step of a failover takes about a second',
    ...afterFailover(facts, node),
  };
}
