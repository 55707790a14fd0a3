import { CLIENT, type Link, type Party } from '../../drivers/links.js';
import type { ClusterRoles } from '../../observe/roles.js';
import { badTarget, nodeNamed, replicaTargets } from './targets.js';

const FORMS =
  'sentinelctl faults partition # one of: master, master+sentinel, master+client, one-way, replication-link, a node, or GROUP|GROUP';

/** The links that a partition cuts, for the words that name it. Pure. Throws `bad-target` (64). */
export function cutLinks(roles: ClusterRoles, words: readonly string[]): Link[] {
  const [form = 'master', ...rest] = words;
  if (form === 'replication-link') return replicationLinks(roles, rest);
  if (rest.length > 0) throw badTarget(`a partition is one word, and ${rest.join(' ')} is more`, FORMS);
  if (form === 'one-way') return oneWay(roles);
  if (form.includes('|')) return twoGroups(roles, form);
  const inside = form.split('+').map((word) => partyOf(roles, word));
  return between(inside, without(everyone(roles), inside));
}

/** `sentinel` is the first one, `client` the clients of a workload, and else a node. */
function partyOf(roles: ClusterRoles, word: string): Party {
  if (word === CLIENT) return CLIENT;
  const first = roles.sentinels[0];
  if (word === 'sentinel' && first !== undefined) return first.id;
  return nodeNamed(roles, word).id;
}

/**
 * Every node. Clients can reach both sides, unless they are named: a partition that takes them along cuts them off from
 * every other node.
 */
const everyone = ({ plan }: ClusterRoles): Party[] => plan.nodes.map(({ id }) => id);

const without = (parties: readonly Party[], inside: readonly Party[]): Party[] =>
  parties.filter((party) => !inside.includes(party));

const between = (a: readonly Party[], b: readonly Party[]): Link[] =>
  a.flatMap((from) =>
    b.flatMap((to) => [
      { from, to },
      { from: to, to: from },
    ]),
  );

/** What the master sends arrives nowhere; what is sent to it does. */
function oneWay({ master, plan }: ClusterRoles): Link[] {
  return plan.nodes.filter((node) => node !== master).map(({ id }) => ({ from: master.id, to: id }));
}

function replicationLinks(roles: ClusterRoles, words: readonly string[]): Link[] {
  const replicas = replicaTargets(roles, words, roles.replicas.slice(0, 1));
  return between(
    [roles.master.id],
    replicas.map(({ id }) => id),
  );
}

function twoGroups(roles: ClusterRoles, form: string): Link[] {
  const groups = form.split('|').map((group) =>
    group
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== '')
      .map((word) => partyOf(roles, word)),
  );
  const [a, b, ...more] = groups;
  if (a === undefined || b === undefined || a.length === 0 || b.length === 0 || more.length > 0)
    throw badTarget(
      `${form} does not name two groups`,
      "sentinelctl faults partition # such as 'redis-1,sentinel-1|redis-2,redis-3,sentinel-2,sentinel-3'",
    );
  const both = a.find((party) => b.includes(party));
  if (both !== undefined) throw badTarget(`${both} is on both sides of the partition`);
  return between(a, b);
}
