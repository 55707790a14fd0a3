/** Writes after which the key is there; none of them removes a key. Names as in INFO commandstats (server.c, fullname). */
const MAKE_KEYS = new Set(
  [
    'append bitfield decr decrby incr incrby incrbyfloat getset mset psetex set setbit setex setrange',
    'hincrby hincrbyfloat hmset hset hsetnx',
    'linsert lpush lpushx lset rpush rpushx',
    'sadd geoadd zadd zincrby pfadd xadd',
  ]
    .join(' ')
    .split(' '),
);

/** What changes no key, or only when it goes: a key whose time is over is removed with DEL or UNLINK, which counts. */
const LEAVE_KEYS = new Set(
  [
    'auth command config echo client hello info ping quit reset role select slaveof replicaof replconf psync sync',
    'acl lastsave latency memory module object slowlog time wait waitaof monitor',
    'publish spublish subscribe unsubscribe psubscribe punsubscribe ssubscribe pubsub',
    'multi exec discard watch unwatch eval evalsha eval_ro evalsha_ro script',
    'expire expireat pexpire pexpireat persist touch',
    'exists type ttl pttl expiretime pexpiretime dbsize keys scan randomkey dump',
    'get mget strlen getrange substr getbit bitcount bitpos bitfield_ro lcs',
    'hget hmget hgetall hkeys hvals hlen hexists hstrlen hscan hrandfield',
    'lindex llen lrange lpos scard sismember smismember smembers srandmember sscan sinter sunion sdiff sintercard',
    'zcard zcount zlexcount zscore zmscore zrange zrangebyscore zrangebylex zrevrange zrevrangebyscore zrank zrevrank zscan',
    'geopos geodist geohash pfcount xlen xrange xrevrange xread xinfo bgsave bgrewriteaof save',
  ]
    .join(' ')
    .split(' '),
);

/** What a server executed since it was started. */
export interface Writes {
  /** Writes that made a key or changed one. */
  writes?: number;
  /** The same, where nothing that it executed can have removed a key: then it held keys. */
  keptWrites?: number;
  /**
   * The same with those that failed: its replicas executed no more of them. Absent where its counters were reset: they
   * do not go back to its start then.
   */
  writeCalls?: number;
  /** A client had it rewrite its append-only file. */
  logRewritten?: true;
}

/** CONFIG RESETSTAT is counted after it has reset the counters (server.c, call). */
const RESET = 'config|resetstat';

/**
 * How many writes a server executed since it was started, by INFO commandstats. That it held keys is not proved after one
 * DEL, or after a command that is not known here. A full resync does not count as a command: these numbers do not include
 * what it deletes, and it does not reset them.
 */
export function keptWritesIn(info: ReadonlyMap<string, string>): Writes {
  let writes = 0;
  let writeCalls = 0;
  let isTold = false;
  let isKept = true;
  let isReset = false;
  let isRewritten = false;
  for (const [field, value] of info) {
    const name = /^cmdstat_(.+)$/.exec(field)?.[1]?.toLowerCase();
    if (name === undefined) continue;
    isTold = true;
    const counted = (what: string): number => Number(new RegExp(`\\b${what}=(\\d+)`).exec(value)?.[1] ?? 0);
    const calls = counted('calls');
    if (name === RESET && calls > 0) isReset = true;
    if (name === 'bgrewriteaof' && calls > 0) isRewritten = true;
    if (MAKE_KEYS.has(name)) writeCalls += calls;
    const done = calls - counted('failed_calls');
    if (done <= 0) continue;
    if (MAKE_KEYS.has(name)) writes += done;
    // `config|get`: what comes after the bar is a subcommand of it.
    else if (!LEAVE_KEYS.has(name.split('|')[0] ?? '')) isKept = false;
  }
  if (!isTold) return {};
  return {
    writes,
    ...(isKept && { keptWrites: writes }),
    ...(!isReset && { writeCalls }),
    ...(isRewritten && { logRewritten: true }),
  };
}
