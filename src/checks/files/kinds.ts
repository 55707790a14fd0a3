/*
 * What a directive takes, by its present name: config.c of Redis 7.0, static_configs and the enums above it, widened by
 * what later releases and Valkey add. What is in none of these lists is not judged.
 */

/** Yes or no. */
export const YES_NO = listed(`
activedefrag activerehashing always-show-logo aof-disable-auto-gc aof-load-truncated aof-rewrite-incremental-fsync
aof-timestamp-enabled aof-use-rdb-preamble appendonly cluster-allow-pubsubshard-when-down cluster-allow-reads-when-down
cluster-allow-replica-migration cluster-enabled cluster-replica-no-failover cluster-require-full-coverage
crash-log-enabled crash-memcheck-enabled daemonize disable-thp dynamic-hz jemalloc-bg-thread latency-tracking
lazyfree-lazy-eviction lazyfree-lazy-expire lazyfree-lazy-server-del lazyfree-lazy-user-del lazyfree-lazy-user-flush
no-appendfsync-on-rewrite protected-mode rdb-del-sync-files rdb-save-incremental-fsync rdbchecksum rdbcompression
repl-disable-tcp-nodelay repl-diskless-sync replica-announced replica-ignore-disk-write-errors
replica-ignore-maxmemory replica-lazy-flush replica-read-only replica-serve-stale-data set-proc-title
stop-writes-on-bgsave-error syslog-enabled tls-cluster tls-prefer-server-ciphers tls-replication tls-session-caching`);

const INT_MAX = 2_147_483_647;
/** A whole number, from the least to the most. */
export const NUMBERS = ranges([
  [
    'port cluster-port replica-announce-port tls-port cluster-announce-port cluster-announce-bus-port',
    0,
    65535,
  ],
  ['databases maxmemory-samples repl-ping-replica-period repl-timeout', 1, INT_MAX],
  [
    'auto-aof-rewrite-percentage cluster-migration-barrier cluster-replica-validity-factor hz lfu-decay-time ' +
      'lfu-log-factor list-compress-depth min-replicas-max-lag min-replicas-to-write repl-diskless-sync-delay ' +
      'repl-diskless-sync-max-replicas replica-priority shutdown-timeout tcp-backlog tcp-keepalive timeout',
    0,
    INT_MAX,
  ],
  ['list-max-listpack-size', -INT_MAX - 1, INT_MAX],
  ['io-threads', 1, 256],
  ['active-defrag-cycle-min active-defrag-cycle-max', 1, 99],
  ['active-defrag-threshold-lower active-defrag-threshold-upper', 0, 1000],
  ['maxmemory-eviction-tenacity', 0, 100],
  ['active-expire-effort', 1, 10],
  ['maxclients', 1, 4_294_967_295],
  [
    'acllog-max-len busy-reply-threshold cluster-node-timeout hash-max-listpack-entries hash-max-ziplist-entries ' +
      'latency-monitor-threshold repl-backlog-ttl set-max-intset-entries slowlog-max-len stream-node-max-entries ' +
      'tracking-table-max-keys zset-max-listpack-entries zset-max-ziplist-entries',
    0,
    Infinity,
  ],
  ['slowlog-log-slower-than', -1, Infinity],
]);

/** Bytes, or a number with a unit. */
export const SIZES = listed(`
active-defrag-ignore-bytes auto-aof-rewrite-min-size client-query-buffer-limit cluster-link-sendbuf-limit
hash-max-listpack-value hash-max-ziplist-value hll-sparse-max-bytes maxmemory proto-max-bulk-len repl-backlog-size
stream-node-max-bytes zset-max-listpack-value zset-max-ziplist-value`);

/** One of these words, in any case. */
export const WORDS: Readonly<Record<string, string>> = {
  'maxmemory-policy':
    'noeviction allkeys-lru allkeys-lfu allkeys-random volatile-lru volatile-lfu volatile-random volatile-ttl',
  appendfsync: 'everysec always no',
  loglevel: 'debug verbose notice warning nothing',
  supervised: 'no upstart systemd auto',
  'syslog-facility': 'user local0 local1 local2 local3 local4 local5 local6 local7',
  'repl-diskless-load': 'disabled on-empty-db swapdb always flush-before-load',
  'tls-auth-clients': 'yes no optional',
  'oom-score-adj': 'no yes relative absolute',
  'acl-pubsub-default': 'allchannels resetchannels',
  'sanitize-dump-payload': 'no yes clients',
  'enable-protected-configs': 'no yes local',
  'enable-debug-command': 'no yes local',
  'enable-module-command': 'no yes local',
};

/** The name of a file, without a directory. */
export const FILE_NAMES = listed('dbfilename appendfilename appenddirname');

/** One word, whatever it is. */
export const TEXTS = listed(`
aclfile bind-source-addr cluster-announce-hostname cluster-announce-ip cluster-config-file dir ignore-warnings
io-threads-do-reads logfile masterauth masteruser maxmemory-clients notify-keyspace-events pidfile proc-title-template
replica-announce-ip requirepass syslog-ident tls-ca-cert-dir tls-ca-cert-file tls-cert-file tls-ciphers
tls-ciphersuites tls-client-cert-file tls-client-key-file tls-client-key-file-pass tls-dh-params-file tls-key-file
tls-key-file-pass tls-protocols unixsocket unixsocketperm`);

function listed(names: string): ReadonlySet<string> {
  return new Set(names.trim().split(/\s+/));
}

function ranges(
  rows: [names: string, least: number, most: number][],
): ReadonlyMap<string, readonly [number, number]> {
  return new Map(
    rows.flatMap(([names, least, most]) => names.split(' ').map((n) => [n, [least, most]] as const)),
  );
}
