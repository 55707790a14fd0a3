import { sameNode } from '../facts.js';
import { count } from '../words.js';
import { isNodeLeftover } from './ghosts.js';
import { type Check, critical, grouped, ids, info, nameOf, names, placed, warning } from './problem.js';

/** Data nodes that do not answer, or that answer only with a password. */
export const nodeUnreachable: Check = (facts) =>
  facts.silent
    .filter((node) => !isNodeLeftover(node, facts))
    .map((node) => {
      const said = node.silence?.message ?? 'no answer';
      if (node.silence?.kind === 'auth') {
        return critical(
          'auth',
          [node],
          `${nameOf(node)} ${said}`,
          facts.hints.ctl('status --password-file FILE'),
        );
      }
      const isMaster = facts.master !== null && facts.refOf(facts.master).id === node.id;
      return (isMaster ? critical : warning)(
        'node-unreachable',
        [node],
        `${nameOf(node)}${isMaster ? ', the master,' : ''} does not answer: ${said}`,
        facts.hints.revive(node, node.silence),
      );
    });

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

/** Data nodes of ours that a sentinel does not list: it would never promote them, nor repair them. */
export const replicaMissing: Check = (facts) => {
  const expected = facts.expectation.nodes?.filter((n) => n.kind === 'redis') ?? [];
  return expected.flatMap((node) => {
    const without = facts.witnesses.filter(
      ({ view }) =>
        !sameNode(facts, view.address, node.announce) &&
        !view.replicas.some((r) => sameNode(facts, r.address, node.announce)),
    );
    return without.length === 0
      ? []
      : [
          warning(
            'replica-missing',
            [node],
            `${ids(without.map((w) => w.sentinel))} ${without.length === 1 ? 'does' : 'do'} not know ${nameOf(node)}`,
            facts.silent.some((n) => n.id === node.id)
              ? facts.hints.revive({ id: node.id, endpoint: node.announce }, null)
              : facts.hints.ctl('replicas'),
            'it would never be promoted; a sentinel learns of a replica from the master, each 10 s',
          ),
        ];
  });
};

/** A master that nobody follows: there is nothing to promote. */
export const noReplica: Check = (facts) => {
  const expected = facts.expectation.nodes?.filter((n) => n.kind === 'redis').length;
  const first = facts.witnesses[0];
  if (first === undefined || (expected !== undefined && expected <= 1)) return [];
  if (facts.nodes.length > 1 || facts.witnesses.some((w) => w.view.replicas.length > 0)) return [];
  return [
    warning(
      'no-replica',
      [],
      `${facts.name} has no replica at ${count(facts.witnesses.length, 'sentinel')}: nothing could be promoted`,
      facts.hints.cli(first.sentinel, `SENTINEL REPLICAS ${facts.name}`),
    ),
  ];
};

/** Data nodes that take part although the cluster was not made with them. */
export const unexpectedNode: Check = (facts) => {
  const { own, nodes: expected, cluster } = facts.expectation;
  if (!own || expected === undefined) return [];
  return facts.answered
    .filter((node) => !expected.some((e) => e.id === node.id))
    .map((node) =>
      info(
        'unexpected-node',
        [node],
        `${nameOf(node)} takes part in ${facts.name}, but is no node of cluster ${cluster}`,
        facts.hints.cli(node, 'ROLE'),
      ),
    );
};
