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
/** Commands after which a node takes no writes: Enter alone must not choose the master. */
const STOPS_WRITES = ['kill', 'stop', 'pause', 'restart'];

/**
 * The nodes that a command may be meant for, each with what is known of it at this moment; where that is known, the
 * likelier ones first: silent ones for `start` and `resume`, answering ones for the others. For what stops writes the
 * master is last; where it is not known which one that is, the sentinels are first.
 */
export function nodeChoices(
  ids: readonly string[],
  status: StatusResult | undefined,
  command: string,
): NodeChoice[] {
  const stops = STOPS_WRITES.includes(command);
  if (status === undefined) {
    const risk = (id: string): number => (id === 'master' ? 2 : id.startsWith('sentinel-') ? 0 : 1);
    const ordered = stops ? ids.toSorted((a, b) => risk(a) - risk(b)) : ids;
    return ordered.map((id) => ({ value: id, name: id }));
  }
  const width = Math.max(...ids.map((id) => id.length));
  const wantsSilent = FOR_THE_SILENT.includes(command);
  const rank = (id: string): number =>
    stops && isMaster(id, status) ? 2 : isSilent(id, status) === wantsSilent ? 0 : 1;
  return ids
    .toSorted((a, b) => rank(a) - rank(b))
    .map((id) => ({
      value: id,
      name: `${id.padEnd(width)}  ${stateOf(id, status)}${stops && writesStop(id, status) ? ': writes stop' : ''}`.trimEnd(),
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

/** The alias, the one that the sentinels name, and any that says itself that it is one. */
const isMaster = (id: string, status: StatusResult): boolean =>
  id === 'master' ||
  id === masterOf(status) ||
  status.masters.some(({ nodes }) => nodes.some((node) => node.id === id && node.role === 'master'));

const writesStop = (id: string, status: StatusResult): boolean =>
  isMaster(id, status) && !isSilent(id, status);

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
