import { type Facts, sameNode } from '../facts.js';
import type { NodeState } from '../snapshot.js';
import type { Problem } from '../status.js';
import { isNodeLeftover } from './ghosts.js';
import { afterFailover, downWord, isToldAsLost, lostMaster } from './no-master.js';
import { type Check, critical, grouped, nameOf, names, placed, warning } from './problem.js';

/** Data nodes that do not answer, or that answer only with a password. */
export const nodeUnreachable: Check = (facts) =>
  facts.silent
    .filter((node) => !isNodeLeftover(node, facts) && !isToldAsLost(facts, node.id))
    .map((node): Problem => {
      const said = node.silence?.message ?? 'no answer';
      if (node.silence?.kind === 'auth') {
        return critical(
          'auth',
          [node],
          `${nameOf(node)} ${said}`,
          facts.hints.ctl('status --password-file FILE'),
        );
      }
      if (node.id === lostMaster(facts)?.id) return succeeded(node, said, facts);
      return warning(
        'node-unreachable',
        [node],
        `${nameOf(node)} does not answer: ${said}`,
        facts.hints.revive(node, node.silence),
      );
    });

/** The sentinels' master is silent. With a node that says that it is the master already, a failover is half done. */
function succeeded(node: NodeState, said: string, facts: Facts): Problem {
  const heirs = facts.answered.filter((n) => n.answer.role === 'master');
  const next =
    heirs.length === 0 ? { fix: facts.hints.revive(node, node.silence) } : afterFailover(facts, node);
  const claims =
    heirs.length === 0
      ? `: ${said}`
      : `; ${names(heirs)} ${heirs.length === 1 ? 'says that it is' : 'say that they are'} the master, and the sentinels do not name ${heirs.length === 1 ? 'it' : 'them'} yet`;
  return {
    ...critical(
      'node-unreachable',
      [node],
      `${facts.name}: its master ${nameOf(node)} ${downWord(node)}${claims}`,
      next.fix,
      heirs.length === 0
        ? null
        : 'clients are still sent to the one that is down; the last step of a failover takes about a second',
    ),
    ...next,
  };
}

/** A replica that follows somebody other than the master. */
export const replicaOrphan: Check = (facts) => {
  const { master } = facts;
  if (master === null) return [];
  return facts.answered.flatMap((node) => {
    const { role, follows } = node.answer;
    if (role !== 'replica' || follows === null || sameNode(facts, follows, master)) return [];
    // The node at the master's own address is master-address-not-master's case.
    if (facts.refOf(master).id === node.id) return [];
    return [
      warning(
        'replica-orphan',
        [node],
        `${nameOf(node)} follows ${placed(facts, follows)}, not the master ${placed(facts, master)}`,
        facts.hints.act(node, `restart ${node.id}`, `REPLICAOF ${master.host} ${master.port}`),
        'Sentinel repairs this only after failover-timeout',
      ),
    ];
  });
};

/** Replicas whose link to the node that they follow is down. */
export const linkDown: Check = (facts) => {
  const down = facts.answered.filter((n) => n.answer.role === 'replica' && n.answer.linkStatus !== 'up');
  return grouped(down, (n) => (n.answer.follows === null ? '' : facts.refOf(n.answer.follows).id)).flatMap(
    (group) => {
      const [first] = group;
      if (first === undefined) return [];
      const follows = first.answer.follows;
      const target = facts.nodes.find((n) => follows !== null && facts.refOf(follows).id === n.id);
      // Nobody has a link to a master that is down: no problem of its own.
      if (target !== undefined && target.id === lostMaster(facts)?.id) return [];
      return [
        warning(
          'link-down',
          group,
          `${names(group)} ${group.length === 1 ? 'has' : 'have'} no link to ${follows === null ? 'a master' : placed(facts, follows)}`,
          target?.silence != null
            ? facts.hints.revive(target, target.silence)
            : facts.hints.logs(first, 'INFO replication'),
          'what it serves grows old, and after 10 × down-after it can no longer be promoted',
        ),
      ];
    },
  );
};

/** Nodes that are still reading their data. */
export const loading: Check = (facts) =>
  facts.answered
    .filter((n) => n.answer.loading)
    .map((node) =>
      warning(
        'loading',
        [node],
        `${nameOf(node)} is loading its data and serves nothing yet`,
        facts.hints.logs(node, 'INFO persistence'),
      ),
    );

/** A server on a data node's address that is neither master nor replica. */
export const roleUnknown: Check = (facts) =>
  facts.answered
    .filter((n) => n.answer.role === 'unknown')
    .map((node) =>
      critical(
        'role-unknown',
        [node],
        `${nameOf(node)} answers, but neither as a master nor as a replica`,
        facts.hints.logs(node, 'ROLE'),
      ),
    );
