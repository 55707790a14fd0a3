import { type Address, formatAddress } from '../model/address.js';
import { byNumber } from '../model/words.js';

/** How many data nodes are asked at once: a thousand connections at one moment take the time of their own answers. */
export const NODES_AT_ONCE = 200;

/** Named by a known server is two steps, named by one of those is three, and there it ends. */
export const MAX_STEPS = 3;

/** A server that was asked, and whether its address was given or only named by another server. */
export interface Found<T> {
  known: boolean;
  /** The id under which its peers know a sentinel at this address. */
  claimedId?: string;
  server: T;
}

/** `localhost` as typed and `127.0.0.1` as announced are one server. */
export const keyOf = ({ host, port }: Address): string =>
  formatAddress({ host: host === 'localhost' ? '127.0.0.1' : host, port });

/** Those whose address was given, then those that answer, then the others: of one server under two addresses the first stays. */
export const bestFirst = <T>(all: readonly Found<T>[], answers: (server: T) => boolean): Found<T>[] => {
  const rank = ({ known, server }: Found<T>): number => (known ? 0 : answers(server) ? 1 : 2);
  return all.toSorted((a, b) => rank(a) - rank(b));
};

/** Known servers in the order given, then the discovered ones by address. */
export function ordered<T extends { announce: Address }>(all: readonly Found<T>[]): T[] {
  const servers = (known: boolean): T[] => all.filter((f) => f.known === known).map((f) => f.server);
  const byAddress = (a: T, b: T): number =>
    byNumber(a.announce.host, b.announce.host) || a.announce.port - b.announce.port;
  return [...servers(true), ...servers(false).sort(byAddress)];
}
