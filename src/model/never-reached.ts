import type { MasterView } from './snapshot.js';

/** A record of SENTINEL MASTERS, by the name of a field. */
type FieldOf = (name: string) => string | undefined;

/**
 * Whether a sentinel has never had an answer of this master: it calls it down and does not know its run id, a replica
 * or a peer, all of which it learns from the master (sentinel.c, sentinelRefreshInstanceInfo).
 */
export const isNeverReached = (field: FieldOf): boolean =>
  (field('flags') ?? '').split(',').includes('s_down') &&
  !field('runid') &&
  field('num-slaves') === '0' &&
  field('num-other-sentinels') === '0';

/**
 * What CKQUORUM says of a master for which a sentinel knows no other one: it counts itself alone, and is the majority of
 * one (sentinel.c, sentinelIsQuorumReachable). A thousand such names need not be asked about one by one.
 */
export function quorumAlone(field: FieldOf): MasterView['ckquorum'] {
  const ok = Number(field('quorum')) <= 1;
  const message = ok
    ? 'OK 1 usable Sentinels. Quorum and failover authorization can be reached'
    : 'NOQUORUM 1 usable Sentinels. Not enough available Sentinels to reach the specified quorum for this master';
  return { ok, usable: 1, message };
}
