import { sameNode } from '../facts.js';
import { count } from '../words.js';
import { type Check, ids, info, nameOf, warning } from './problem.js';

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
