import type { Address } from '../../model/address.js';
import { isAt } from '../../model/facts.js';
import type { Gathered, GatheredNode } from '../../model/gathered.js';
import { keysIn } from '../../model/records.js';

/** Where the chain of a replica ends. */
export interface Chain {
  /** The node itself, the node that it follows, and so on; without the end where that is not known. */
  links: GatheredNode[];
  /** The server at the end that is a master; null where there is none, or it did not answer. */
  master: GatheredNode | null;
  /** The nodes that follow each other in a circle; empty where there is none. */
  ring: GatheredNode[];
}

/** Follows a node to the end of what was gathered, also over servers of no group. */
export function chainFrom(node: GatheredNode, gathered: Gathered): Chain {
  const all = [...gathered.nodes, ...(gathered.outside ?? [])];
  const links = [node];
  for (let at: GatheredNode | undefined = node; at !== undefined; ) {
    if (!at.role.ok) return { links, master: null, ring: [] };
    if (at.role.value.role === 'master') return { links, master: at, ring: [] };
    const follows: Address | null = at.role.value.follows;
    const next: GatheredNode | undefined = follows === null ? undefined : all.find((n) => isAt(n, follows));
    if (next !== undefined && links.includes(next))
      return { links, master: null, ring: links.slice(links.indexOf(next)) };
    if (next !== undefined) links.push(next);
    at = next;
  }
  return { links, master: null, ring: [] };
}

/** How many keys a data node holds in all of its databases, by INFO; null where it did not say. */
export function keysOf({ info }: Pick<GatheredNode, 'info'>): number | null {
  return info.ok ? keysIn(Object.entries(info.value)) : null;
}

/** `redis-1 (100 keys, offset 6497)`. */
export function dataWords(id: string, keys: number | null, offset: number | null): string {
  const said = [
    ...(keys === null ? [] : [keys === 0 ? 'empty' : `${keys} ${keys === 1 ? 'key' : 'keys'}`]),
    ...(offset === null ? [] : [`offset ${offset}`]),
  ];
  return said.length === 0 ? id : `${id} (${said.join(', ')})`;
}
