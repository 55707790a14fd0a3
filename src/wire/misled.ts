import { type Address, formatAddress, sameAddress } from '../model/address.js';
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
 */
export function misled(asked: Listing, all: readonly Listing[]): Silence | null {
  const { id, server } = asked;
  if (!id || sameAddress(server.announce, server.endpoint)) return null;
  const listed = all.flatMap(({ peers }) => peers);
  const here = listed.filter(({ address }) => keyOf(address) === keyOf(server.announce));
  if (here.length === 0 || here.some((peer) => peer.id === id)) return null;
  const elsewhere =
    listed.find((peer) => peer.id === id)?.address ??
    all.find((other) => other !== asked && other.id === id)?.server.announce;
  if (elsewhere === undefined) return null;
  const message = `is led by --map to ${formatAddress(server.endpoint)}, where ${formatAddress(elsewhere)} answers`;
  return { kind: 'error', misled: { at: server.endpoint, is: elsewhere }, message };
}
