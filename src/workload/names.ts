import { type Address, formatAddress } from '../model/address.js';
import type { WorkloadNode } from './target.js';

/** Runs name nodes and kinds by one byte. */
const MAX_NAMES = 256;

/** Gives names numbers, in the order in which they are first heard; all beyond the 256th share the last one. */
export class Names {
  readonly list: string[];

  constructor(known: string[] = []) {
    this.list = [...known];
  }

  indexOf(name: string): number {
    const found = this.list.indexOf(name);
    if (found >= 0) return found;
    if (this.list.length < MAX_NAMES) this.list.push(name);
    return this.list.length - 1;
  }
}

/** Which node a socket's peer is: by its address as it is announced or as it is reached from here. */
export function nodeNamer(nodes: WorkloadNode[]): (peer: string) => string {
  const ids = new Map<string, string>();
  const key = ({ host, port }: Address): string => `${host === 'localhost' ? '127.0.0.1' : host}:${port}`;
  for (const { id, announce } of nodes) ids.set(key(announce), id);
  for (const { id, endpoint } of nodes) ids.set(key(endpoint), id);
  return (peer) => {
    const known = ids.get(peer);
    if (known !== undefined) return known;
    const colon = peer.lastIndexOf(':');
    const port = Number(peer.slice(colon + 1));
    // A host name resolved to this address: the port tells, where only one node has it.
    const sharing = nodes.filter(
      ({ announce, endpoint }) => announce.port === port || endpoint.port === port,
    );
    const [only] = sharing;
    const id =
      only !== undefined && sharing.length === 1
        ? only.id
        : formatAddress({ host: peer.slice(0, colon), port });
    ids.set(peer, id);
    return id;
  };
}
