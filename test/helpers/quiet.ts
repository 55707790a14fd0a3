/** The down-after, in milliseconds, of a cluster in which no failover is wanted: a busy machine answers within it. */
export const QUIET_MS = 30_000;

/** The same for `up`. */
export const QUIET = ['--down-after', `${QUIET_MS}ms`];
