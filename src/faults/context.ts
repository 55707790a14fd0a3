import { withNode } from '../cluster/ask.js';
import type { LiveCluster } from '../cluster/open.js';
import { type OperatorError, refused } from '../errors.js';
import { formatAddress } from '../model/address.js';
import { cli as byHand, command } from '../model/hints.js';
import type { ClusterPlan, NodePlan } from '../model/plan.js';
import { parseRecord } from '../wire/replies.js';
import type { ActContext } from './act.js';

/** What acts share: who is meant, how it is asked, how it is named. */

type Where = Pick<LiveCluster, 'plan' | 'asking'>;

/** The plan's node of that id. Throws `fault-impossible` (3): a journal, or a scenario, names a node of another cluster. */
export function nodeOf(plan: ClusterPlan, id: string): NodePlan {
  const node = plan.nodes.find((n) => n.id === id);
  if (node !== undefined) return node;
  const known = plan.nodes.map((n) => n.id).join(', ');
  throw impossible(`cluster "${plan.spec.cluster}" has no node "${id}"`, `it has ${known}`);
}

/** `redis-1 (127.0.0.1:6379)`. */
export function placed({ live }: Pick<ActContext, 'live'>, id: string): string {
  const node = live.plan.nodes.find((n) => n.id === id);
  return node === undefined ? id : `${id} (${formatAddress(node.announce)})`;
}

/** Whether its servers are acted on by commands of the operator: which signal those send is not known. */
export const isByCommand = ({ live }: Pick<ActContext, 'live'>): boolean => live.plan.byCommands === true;

/** One command to a node, on a connection of its own. Throws WireError. */
export function call(live: Where, id: string, ...words: (string | number)[]): Promise<unknown> {
  return withNode(nodeOf(live.plan, id), live.asking, (connection) => connection.call(...words));
}

/** What a person types to say the same. The password is not in it: redis-cli reads REDISCLI_AUTH. */
export function cli({ live }: Pick<ActContext, 'live'>, id: string, ...words: (string | number)[]): string {
  const node = nodeOf(live.plan, id);
  const quoted = words.map((word) => (/^[\w.:@/-]+$/.test(String(word)) ? String(word) : `'${word}'`));
  return byHand(node, quoted.join(' '));
}

/** A sentinelctl command for this cluster. */
export const ctl = ({ live }: Pick<ActContext, 'live'>, words: string): string =>
  command(words, live.plan.spec.cluster);

/** Values of CONFIG GET by name; what the server does not know is missing. Throws WireError. */
export async function configOf(
  live: Where,
  id: string,
  names: readonly string[],
): Promise<Record<string, string>> {
  return withNode(nodeOf(live.plan, id), live.asking, async (connection) => {
    const values: Record<string, string> = {};
    for (const name of names) {
      const value = parseRecord(await connection.call('CONFIG', 'GET', name)).get(name);
      if (value !== undefined) values[name] = value;
    }
    return values;
  });
}

/** An act that makes no sense for the node as it is now (3). */
export const impossible = (message: string, why: string, hint?: string): OperatorError =>
  refused('fault-impossible', message, { why, hint });

/** Throws `fault-impossible` (3) unless the node runs. */
export async function requireRunning(context: ActContext, id: string): Promise<void> {
  nodeOf(context.live.plan, id);
  const { state, detail } = await context.live.host.inspect(id);
  if (state === 'running') return;
  throw impossible(
    `${id} does not run, so nothing can be done to it`,
    `it is ${state} (${detail})`,
    ctl(context, 'status'),
  );
}
