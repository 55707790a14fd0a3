/** What the lines of a fix do when they are typed: checks print them, and what is printed is decided by it. */

/** Starts everything. */
export const startsAll = (line: string): boolean => /^sentinelctl up\b/.test(line);

/** Starts a sentinel: nodes have the same ids in every cluster. */
export const startsSentinel = (line: string): boolean => /^sentinelctl start sentinel-/.test(line);

/** Starts one node. */
export const startsOne = (line: string): boolean => /^sentinelctl start\b/.test(line);

/**
 * Ends what it belongs to whatever else is wrong: a failover that is awaited, or a frozen master that is resumed. A
 * replica that was down before would be started with older data, and promoted.
 */
export const awaits = (line: string): boolean => /^sentinelctl (status\b.* --watch\b|resume )/.test(line);

/** Is refused while a journal is open. */
export const isRefusedBesideRun = (line: string): boolean =>
  /^sentinelctl (start|restart|resume|up)\b/.test(line);

/** Changes a server: beside an active fault it may undo the fault's own change, or hide it. */
export const changesServer = (line: string): boolean =>
  /^(test -n .* )?redis-cli .*( CONFIG (SET|REWRITE)| SENTINEL (SET|CONFIG SET|REMOVE|MONITOR|RESET|FAILOVER)| REPLICAOF| ACL SETUSER| SHUTDOWN| CLIENT KILL)\b/.test(
    line,
  );

/** Forgets the other side of a cut network, or names it. */
export const forgets = (line: string): boolean => /SENTINEL (RESET|REMOVE|MONITOR)|REPLICAOF/.test(line);
