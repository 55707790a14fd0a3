import { isDown } from './flags.js';
import type { MasterView } from './snapshot.js';

/** A record of SENTINEL MASTERS, by the name of a field. */
type FieldOf = (name: string) => string | undefined;

/**
 * Whether a sentinel has never had an answer of this master: it calls it down and does not know its run id, a replica
 * or a peer, all of which it learns from the master (sentinel.c, sentinelRefreshInstanceInfo). RESET forgets the same, but
 * not when the master's INFO was last read.
 */
const neverReached = (seen: {
  flags: readonly string[];
  runId: string;
  replicas: number;
  sentinels: number;
  informed: boolean;
}): boolean =>
  isDown(seen.flags) && seen.runId === '' && seen.replicas === 0 && seen.sentinels === 0 && !seen.informed;

/** Whether it has no connection either: a master whose password the sentinel lacks takes one, and answers with an error. */
const isUnconnected = (flags: readonly string[]): boolean => flags.includes('disconnected');

/** A time that no INFO is older than, in milliseconds: before Redis 6.2, one that was never read has the time since 1970. */
const OLDEST_INFO_MS = 1e11;

/** How long ago a sentinel read the INFO of a master, in milliseconds, by `info-refresh` of its record; null where it never did. */
export const informedMsAgo = (refresh: number | null): number | null =>
  refresh !== null && refresh > 0 && refresh < OLDEST_INFO_MS ? refresh : null;

/** The same of a record of SENTINEL MASTERS. */
export const isNeverReached = (field: FieldOf): boolean =>
  neverReached({
    flags: (field('flags') ?? '').split(','),
    runId: field('runid') ?? '',
    // Where it does not count them, it may know some.
    replicas: Number(field('num-slaves') ?? Number.NaN),
    sentinels: Number(field('num-other-sentinels') ?? Number.NaN),
    informed: informedMsAgo(Number(field('info-refresh') ?? 0)) !== null,
  });

/** The same of what a snapshot has of a sentinel. */
export const isNeverReachedIn = ({
  flags,
  runId,
  replicaCount,
  replicas,
  sentinels,
  infoMsAgo,
}: MasterView): boolean =>
  neverReached({
    flags,
    runId,
    // A hidden replica is counted and not listed.
    replicas: Math.max(replicas.length, replicaCount ?? 0),
    sentinels: sentinels.length,
    informed: infoMsAgo != null,
  });

/** So many masters that a sentinel has never reached are asked one by one. */
const FEW = 8;

/**
 * The masters of one sentinel that it has never reached, where they are too many to be asked one by one: they are told
 * together. If they are few, each is asked: it may run while the sentinel lacks its password.
 */
export function leftoversOf<T>(masters: readonly T[], isNever: (master: T) => boolean): T[] {
  const never = masters.filter(isNever);
  return never.length > FEW ? never : [];
}

/**
 * The names that no answering sentinel has ever reached, by what each monitors; none of them is `masterName`, the one that
 * was asked for.
 */
export function leftoverNames<T extends { name: string }>(
  lists: readonly (readonly T[])[],
  isNever: (master: T) => boolean,
  masterName: string | null,
): ReadonlySet<string> {
  const leftovers = new Set(
    lists.flatMap((masters) => leftoversOf(masters, isNever).map(({ name }) => name)),
  );
  if (leftovers.size === 0) return leftovers;
  const alive = new Set(
    lists.flatMap((masters) => masters.filter((m) => !isNever(m)).map(({ name }) => name)),
  );
  return new Set([...leftovers].filter((name) => name !== masterName && !alive.has(name)));
}

/**
 * Whether a sentinel has read INFO of this master and does not know its run id: RESET took that, with the replicas and the
 * other sentinels, and no INFO came since (sentinel.c, sentinelResetMaster).
 */
export const isResetIn = ({ runId, infoMsAgo }: MasterView): boolean => runId === '' && infoMsAgo != null;

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

/** Whether a sentinel has never reached this master and has no connection to it, by its record. */
export const isOutOfReach = (field: FieldOf): boolean =>
  isNeverReached(field) && isUnconnected((field('flags') ?? '').split(','));

/** The same of what a snapshot has of a sentinel. */
export const isOutOfReachIn = (view: MasterView): boolean =>
  isNeverReachedIn(view) && isUnconnected(view.flags);
