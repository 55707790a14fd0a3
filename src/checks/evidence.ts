import { type Address, formatAddress, sameAddress } from '../model/address.js';
import type { Gathered, GatheredMaster, GatheredNode, GatheredSentinel } from '../model/gathered.js';
import { oncePer } from '../model/once-per.js';
import type { Skip } from './check.js';

/** One sentinel's view of one monitored master. */
export interface MonitoredAt {
  sentinel: GatheredSentinel;
  master: GatheredMaster;
}

/** What a check answers that lacks its evidence. */
export const missing = (why: string): Skip => ({ skip: why });

/** The names that the diagnosis is about, in the order in which the sentinels have them. */
export function masterNames(gathered: Gathered): string[] {
  if (gathered.masterName !== null) return [gathered.masterName];
  const all = gathered.sentinels.flatMap((s) => (s.masters.ok ? s.masters.value.map((m) => m.name) : []));
  return [...new Set(all)];
}

/** What is known of each master, by its name. */
interface ByName {
  views: Map<string, MonitoredAt[]>;
  nodes: Map<string, GatheredNode[]>;
}

const byName = oncePer((gathered: Gathered): ByName => {
  const found: ByName = { views: new Map(), nodes: new Map() };
  for (const sentinel of gathered.sentinels) {
    if (!sentinel.masters.ok) continue;
    for (const master of sentinel.masters.value) add(found.views, master.name, { sentinel, master });
  }
  for (const node of gathered.nodes) for (const name of node.masterNames) add(found.nodes, name, node);
  return found;
});

function add<T>(lists: Map<string, T[]>, name: string, one: T): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [one]);
  else list.push(one);
}

/** Every answering sentinel's view of a master. */
export const viewsOf = (gathered: Gathered, masterName: string): readonly MonitoredAt[] =>
  byName(gathered).views.get(masterName) ?? [];

/** The data nodes of a master's group. */
export const nodesOf = (gathered: Gathered, masterName: string): readonly GatheredNode[] =>
  byName(gathered).nodes.get(masterName) ?? [];

/** Why no sentinel said anything, for a skip. */
export function silentSentinels(gathered: Gathered): Skip {
  const [first] = gathered.sentinels;
  if (first === undefined) return missing('no sentinel is known');
  const why =
    first.silence?.message ?? (first.masters.ok ? 'it does not monitor this master' : first.masters.why);
  return missing(`no sentinel answers: ${first.id}: ${why}`);
}

/** The address as a record has it; null where there is none, and for port 0, Sentinel's own mark for a void one. */
export function addressIn(fields: Readonly<Record<string, string>>): Address | null {
  const { ip, port } = fields;
  const number = Number(port);
  return ip && Number.isInteger(number) && number > 0 ? { host: ip, port: number } : null;
}

/** The flags of a record of Sentinel: `master`, `s_down`, `disconnected`. */
export const flagsOf = (fields: Readonly<Record<string, string>>): string[] =>
  (fields.flags ?? '').split(',').filter((flag) => flag !== '');

/** A node's id by its announced address, else the address itself. */
export function nodeAt(gathered: Gathered, address: Address): string {
  const known = gathered.nodes.find((node) => sameAddress(node.announce, address));
  return known?.id ?? formatAddress(address);
}

/** Whether a server is a node of a cluster created by sentinelctl: a server that others name has its address as its id. */
export const isPlanned = (gathered: Pick<Gathered, 'own'>, server: { id: string }): boolean =>
  gathered.own && !server.id.includes(':');
