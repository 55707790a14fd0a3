import { driverFacts } from '../model/drivers.js';
import type { ClusterPlan } from '../model/plan.js';
import { checkTag } from './links.js';

/** A rule of iptables exactly as `iptables-save` prints it, without its `-A`. */
export interface PacketRule {
  table: 'filter' | 'nat';
  spec: string;
}

export interface TaggedRule extends PacketRule {
  tag: string;
}

const comment = (tag: string): string => `-m comment --comment "${checkTag(tag)}"`;
const ends = (from: string | null, to: string | null): string =>
  [from === null ? [] : [`-s ${from}/32`], to === null ? [] : [`-d ${to}/32`]].flat().join(' ');

/** Drops incoming packets from one address to a port of another, or from that port. */
export const dropPortRule = (
  from: string,
  to: string,
  port: { at: 'source' | 'destination'; number: number },
  tag: string,
): PacketRule => ({
  table: 'filter',
  spec: `INPUT ${ends(from, to)} -p tcp -m tcp --${port.at === 'source' ? 'sport' : 'dport'} ${port.number} ${comment(tag)} -j DROP`,
});

/** Drops incoming (INPUT) or outgoing (OUTPUT) packets from one address to another; null: any. */
export const dropRule = (
  chain: 'INPUT' | 'OUTPUT',
  from: string | null,
  to: string | null,
  tag: string,
): PacketRule => ({ table: 'filter', spec: `${chain} ${ends(from, to)} ${comment(tag)} -j DROP` });

export interface Route {
  /** null: any of this network namespace. */
  from: string | null;
  to: { host: string; port: number };
  via: { host: string; port: number };
}

/**
 * Routes new connections through a proxy and ends the existing ones: an address is translated when a connection is
 * opened, so a packet to the original address belongs to an older connection, and is answered with a reset.
 */
export function routeRules({ from, to, via }: Route, tag: string): PacketRule[] {
  const match = `OUTPUT ${ends(from, to.host)} -p tcp -m tcp --dport ${to.port} ${comment(tag)}`;
  return [
    { table: 'nat', spec: `${match} -j DNAT --to-destination ${via.host}:${via.port}` },
    { table: 'filter', spec: `${match} -j REJECT --reject-with tcp-reset` },
  ];
}

/** Input for `iptables-restore --noflush`, which is atomic per table. New rules come before all others. */
export function changeText(change: 'add' | 'remove', rules: readonly PacketRule[]): string {
  const flag = change === 'add' ? '-I' : '-D';
  const tables = [...new Set(rules.map(({ table }) => table))];
  return tables
    .map((table) => {
      const own = rules.filter((rule) => rule.table === table).map(({ spec }) => `${flag} ${spec}\n`);
      return `*${table}\n${own.join('')}COMMIT\n`;
    })
    .join('');
}

/** The rules created by sentinelctl in the output of `iptables-save`, of any cluster. */
export function taggedRules(saved: string): TaggedRule[] {
  const found: TaggedRule[] = [];
  let table = '';
  for (const line of saved.split('\n')) {
    if (line.startsWith('*')) table = line.slice(1).trim();
    const tag = /--comment "?(sentinelctl:[^"\s]+)"?(?:\s|$)/.exec(line)?.[1];
    if (tag === undefined || !line.startsWith('-A ') || (table !== 'filter' && table !== 'nat')) continue;
    found.push({ table, spec: line.slice(3).trim(), tag });
  }
  return found;
}

/** Those that do not exist yet. */
export const without = (rules: readonly PacketRule[], existing: readonly PacketRule[]): PacketRule[] =>
  rules.filter((rule) => !existing.some(({ table, spec }) => table === rule.table && spec === rule.spec));

/**
 * Commands to paste, as root on the machine where the nodes run, that remove the rules with a tag. Rules of containers
 * are in their own network namespaces. A proxy without rules that lead to it ends by itself.
 */
export function removalCommands({ driver, nodes, spec }: ClusterPlan, tag: string): string[] {
  const { container } = driverFacts(driver);
  if (container === null) return [removalLine(tag, '')];
  const inside = (name: string): string => `nsenter -n -t "$(docker inspect -f '{{.State.Pid}}' ${name})" `;
  return [
    ...nodes.map(({ id }) => removalLine(tag, inside(container(spec.cluster, id)))),
    removalLine(tag, ''),
  ];
}

const removalLine = (tag: string, enter: string): string =>
  `for t in filter nat; do ${enter}iptables-save -t $t | grep -F '"${checkTag(tag)}"' | ` +
  `sed 's/^-A/-D/' | xargs -rL1 ${enter}iptables -w -t $t; done`;
