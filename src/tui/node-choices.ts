import type { World } from '../cli/world.js';
import type { StatusResult } from '../model/status.js';
import { quickLook } from './looks.js';

/** A node as a question offers it. */
export interface NodeChoice {
  value: string;
  name: string;
}

/** Commands for a node that does not answer. */
const FOR_THE_SILENT = ['start', 'resume'];

/**
 * The nodes that a command may be meant for, each with what is known of it at this moment; where that is known, the
 * likelier ones first: silent ones for `start` and `resume`, answering ones for the others.
 */
export function nodeChoices(
  ids: readonly string[],
  status: StatusResult | undefined,
  command: string,
): NodeChoice[] {
  if (status === undefined) return ids.map((id) => ({ value: id, name: id }));
  const width = Math.max(...ids.map((id) => id.length));
  const wantsSilent = FOR_THE_SILENT.includes(command);
  const likely = (id: string): boolean => isSilent(id, status) === wantsSilent;
  return [...ids.filter(likely), ...ids.filter((id) => !likely(id))].map((id) => ({
    value: id,
    name: `${id.padEnd(width)}  ${stateOf(id, status)}`.trimEnd(),
  }));
}

/** Those that it makes sense for: silent ones for `start` and `resume`, answering ones for the others. */
export function likelyNodes(
  ids: readonly string[],
  status: StatusResult | undefined,
  command: string,
): string[] {
  if (status === undefined) return [...ids];
  return ids.filter((id) => isSilent(id, status) === FOR_THE_SILENT.includes(command));
}

/** The same with what a quick look at the cluster finds out. */
export async function liveNodeChoices(
  world: World,
  { ids, cluster, command }: { ids: readonly string[]; cluster: string; command: string },
): Promise<NodeChoice[]> {
  return nodeChoices(ids, (await quickLook(world, cluster))?.status, command);
}

const masterOf = (status: StatusResult): string | undefined => status.masters[0]?.master?.id;

function isSilent(id: string, status: StatusResult): boolean {
  const meant = id === 'master' ? masterOf(status) : id;
  const servers = [...status.sentinels, ...status.masters.flatMap((m) => m.nodes)];
  // A node that was not asked, for instance one without a master, counts as silent.
  return servers.find((s) => s.id === meant)?.reachable !== true;
}

function stateOf(id: string, status: StatusResult): string {
  if (id === 'master') return `${masterOf(status) ?? 'none'} now`;
  if (isSilent(id, status)) return 'no answer';
  const node = status.masters.flatMap((m) => m.nodes).find((n) => n.id === id);
  if (node === undefined) return 'answers';
  return node.linkStatus === 'down' ? `${node.role}, link down` : node.role;
}
