import { type Address, formatAddress } from '../model/address.js';
import { isMapped, ledByMap } from '../model/address-map.js';
import type { Silence } from '../model/snapshot.js';
import { keyOf } from './discovery.js';

/** A sentinel that was asked: the id that it gave, and the peers that it lists. */
export interface Listing {
  server: { announce: Address; endpoint: Address };
  id: string | undefined;
  peers: readonly { address: Address; id: string | undefined }[];
}

/**
 * What is said of a sentinel that the address map leads to another one, null of every other: its peers list one id at its
 * address, and another answered, which belongs elsewhere. An id that is nowhere else is that of a sentinel whose file was
 * replaced: its peers hear of it within seconds.
 * @internal Tested without the servers that `withoutMisled` takes it from.
 */
export function misled(asked: Listing, all: readonly Listing[]): Silence | null {
  const { id, server } = asked;
  if (!id || !isMapped(server)) return null;
  const listed = all.flatMap(({ peers }) => peers);
  const here = listed.filter(({ address }) => keyOf(address) === keyOf(server.announce));
  if (here.length === 0 || here.some((peer) => peer.id === id)) return null;
  const elsewhere =
    listed.find((peer) => peer.id === id)?.address ??
    all.find((other) => other !== asked && other.id === id)?.server.announce;
  if (elsewhere === undefined) return null;
  const message = `${ledByMap(server.endpoint)}, where ${formatAddress(elsewhere)} answers`;
  return { kind: 'error', misled: { at: server.endpoint, is: elsewhere }, message };
}

/**
 * All of them; what was heard of those that the address map leads to another sentinel is not theirs: `silenced` makes one
 * that said nothing.
 */
export function withoutMisled<S extends Listing['server'], F extends { server: S }>(
  all: readonly F[],
  said: (server: S) => Omit<Listing, 'server'>,
  silenced: (server: S, silence: Silence) => S,
): F[] {
  const listings = all.map(({ server }) => ({ server, ...said(server) }));
  return all.map((found, i) => {
    const listing = listings[i];
    const silence = listing === undefined ? null : misled(listing, listings);
    return silence === null ? found : { ...found, server: silenced(found.server, silence) };
  });
}
