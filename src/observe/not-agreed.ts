import { formatAddress, sameAddress } from '../model/address.js';
import { BLINK_MS, type Observation } from './observation.js';
import type { Member, Roles } from './roles.js';

/** What was seen until now, on the run's clock. */
export interface SeenUntil {
  seen: readonly Observation[];
  nowMs: number;
}

/** Which sentinel or node does not follow the new master yet, and what it says instead; empty: all do. */
export function notAgreed(seen: SeenUntil, roles: Roles, newMaster: Member): string[] {
  const others = roles.nodes.filter(({ id }) => id !== roles.master.id && id !== newMaster.id);
  return [
    ...roles.sentinels.flatMap(({ id }) => notNaming(seen, id, roles, newMaster)),
    ...others.flatMap(({ id }) => notFollowing(seen, id, roles, newMaster)),
  ];
}

function notNaming(seen: SeenUntil, id: string, roles: Roles, newMaster: Member): string[] {
  const last = lastOf(seen, id);
  if (last?.kind !== 'belief') return [`${id} does not answer`];
  if (sameAddress(last.master, newMaster.announce)) return [];
  return [`${id} still names ${named(last.master, roles)}`];
}

/** Why a data node is not a linked replica of `master`, in at most one sentence; empty: it is. */
export function notFollowing(seen: SeenUntil, id: string, roles: Roles, master: Member): string[] {
  const last = lastOf(seen, id);
  if (last?.kind !== 'role') return [`${id} does not answer`];
  const { role, follows, link } = last.seen;
  if (role !== 'replica') return [`${id} still says that it is ${role === 'master' ? 'a master' : role}`];
  if (!sameAddress(follows, master.announce)) return [`${id} still follows ${named(follows, roles)}`];
  return link === 'connected' ? [] : [`${id} follows ${master.id}, its link is ${link ?? 'unknown'}`];
}

/**
 * Events come over a connection of their own and say nothing about what a server believes itself; a connection that has
 * just closed may be that of a node that changes its role.
 */
const lastOf = ({ seen, nowMs }: SeenUntil, id: string): Observation | undefined =>
  seen.findLast(
    (o) => o.source === id && o.kind !== 'event' && !(o.kind === 'gone' && nowMs - o.atMs <= BLINK_MS),
  );

function named(address: Member['announce'] | null, { nodes }: Roles): string {
  if (address === null) return 'no master';
  return nodes.find(({ announce }) => sameAddress(announce, address))?.id ?? formatAddress(address);
}
