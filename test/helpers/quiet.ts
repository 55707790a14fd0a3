/**
 * The down-after, in milliseconds, of a cluster in which no failover is wanted: a busy machine answers within it, and
 * doctor calls it high only from 30 s on.
 */
export const QUIET_MS = 25_000;

/** The same for `up`. */
export const QUIET = ['--down-after', `${QUIET_MS}ms`];
