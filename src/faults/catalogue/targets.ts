import { usageError } from '../../errors.js';
import { command } from '../../model/hints.js';
import type { NodePlan } from '../../model/plan.js';
import type { ClusterRoles } from '../../observe/roles.js';

/** What faults that hit nodes share: words become nodes of the plan. Pure. */

/** A node by its id, or `master`. Throws `bad-target` (64). */
export function nodeNamed(roles: ClusterRoles, word: string): NodePlan {
  if (word === 'master') return roles.master;
  if (word === 'leader' && roles.leader !== null) return roles.leader;
  const node = roles.plan.nodes.find(({ id }) => id === word);
  if (node !== undefined) return node;
  throw badTarget(
    `unknown node "${word.slice(0, 60)}" in cluster "${roles.plan.spec.cluster}"`,
    `${command('status', roles.plan.spec.cluster)} # one of: ${roles.plan.nodes.map(({ id }) => id).join(', ')}, or master`,
  );
}

/** The data nodes that are meant; the master where none is named. Throws `bad-target` (64). */
export const dataTargets = (
  roles: ClusterRoles,
  words: readonly string[],
  byDefault: readonly NodePlan[] = [roles.master],
): NodePlan[] => ofKind(roles, words, 'redis', byDefault);

/** The sentinels that are meant. Throws `bad-target` (64). */
export const sentinelTargets = (
  roles: ClusterRoles,
  words: readonly string[],
  byDefault: readonly NodePlan[],
): NodePlan[] => ofKind(roles, words, 'sentinel', byDefault);

/** Replicas that are meant. Throws `bad-target` (64) for the master, and where there is none. */
export function replicaTargets(
  roles: ClusterRoles,
  words: readonly string[],
  byDefault: readonly NodePlan[],
): NodePlan[] {
  const nodes = dataTargets(roles, words, byDefault);
  if (nodes.length === 0) throw badTarget(`cluster "${roles.plan.spec.cluster}" has no replica`);
  if (!nodes.includes(roles.master)) return nodes;
  throw badTarget(
    `${roles.master.id} is the master at this moment, and this fault is for replicas`,
    `${command('status', roles.plan.spec.cluster)} # one of: ${roles.replicas.map(({ id }) => id).join(', ')}`,
  );
}

function ofKind(
  roles: ClusterRoles,
  words: readonly string[],
  kind: NodePlan['kind'],
  byDefault: readonly NodePlan[],
): NodePlan[] {
  if (words.length === 0) return [...byDefault];
  const nodes = words.map((word) => nodeNamed(roles, word));
  const other = nodes.find((node) => node.kind !== kind);
  if (other === undefined) return [...new Set(nodes)];
  const wanted = kind === 'redis' ? roles.nodes : roles.sentinels;
  throw badTarget(
    `${other.id} is not a ${kind === 'redis' ? 'data node' : 'sentinel'}, as this fault needs`,
    `${command('status', roles.plan.spec.cluster)} # one of: ${wanted.map(({ id }) => id).join(', ')}`,
  );
}

/** Refuses words where a fault chooses its targets itself. Throws `bad-target` (64). */
export function noTargets(words: readonly string[], who: string): void {
  if (words.length > 0) throw badTarget(`this fault takes no target: it hits ${who}`);
}

export const badTarget = (message: string, hint?: string): Error =>
  usageError('bad-target', message, hint === undefined ? {} : { hint });
