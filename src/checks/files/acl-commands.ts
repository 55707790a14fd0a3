/*
 * The commands that servers know, `container|subcommand,…`: COMMAND LIST and COMMAND DOCS of Redis 7.0.15 and 8.0.2 and
 * of Valkey 8.1.1, and the `since` of each (src/commands/*.json).
 */

/** Commands of both, by the series that has them first; `0`: all that have users. */
const BOTH: Readonly<Record<string, string>> = {
  '0': `
acl|cat,deluser,genpass,getuser,help,list,load,log,save,setuser,users,whoami append asking auth bgrewriteaof
bgsave bitcount bitfield bitfield_ro bitop bitpos blpop brpop brpoplpush bzpopmax bzpopmin
client|caching,getname,getredir,help,id,kill,list,pause,reply,setname,tracking,unblock
cluster|addslots,bumpepoch,count-failure-reports,countkeysinslot,delslots,failover,flushslots,forget,getkeysinslot,help,info,keyslot,meet,myid,nodes,replicas,replicate,reset,saveconfig,set-config-epoch,setslot,slaves,slots
command|count,getkeys,help,info config|get,help,resetstat,rewrite,set dbsize debug decr decrby del discard
dump echo eval evalsha exec exists expire expireat flushall flushdb geoadd geodist geohash geopos georadius
georadius_ro georadiusbymember georadiusbymember_ro get getbit getrange getset hdel hello hexists hget
hgetall hincrby hincrbyfloat hkeys hlen hmget hmset hscan hset hsetnx hstrlen hvals incr incrby incrbyfloat
info keys lastsave latency|doctor,graph,help,history,latest,reset lindex linsert llen lolwut lpop lpos lpush
lpushx lrange lrem lset ltrim memory|doctor,help,malloc-stats,purge,stats,usage mget migrate
module|help,list,load,unload monitor move mset msetnx multi object|encoding,freq,idletime,refcount persist
pexpire pexpireat pfadd pfcount pfdebug pfmerge pfselftest ping psetex psubscribe psync pttl publish
pubsub|channels,numpat,numsub punsubscribe quit randomkey readonly readwrite rename renamenx replconf
replicaof restore restore-asking role rpop rpoplpush rpush rpushx sadd save scan scard
script|debug,exists,flush,help,kill,load sdiff sdiffstore select set setbit setex setnx setrange shutdown
sinter sinterstore sismember slaveof slowlog|get,len,reset smembers smove sort spop srandmember srem sscan
strlen subscribe substr sunion sunionstore swapdb sync time touch ttl type unlink unsubscribe unwatch wait
watch xack xadd xclaim xdel xgroup|create,delconsumer,destroy,help,setid xinfo|consumers,groups,help,stream
xlen xpending xrange xread xreadgroup xrevrange xsetid xtrim zadd zcard zcount zincrby zinterstore zlexcount
zpopmax zpopmin zrange zrangebylex zrangebyscore zrank zrem zremrangebylex zremrangebyrank zremrangebyscore
zrevrange zrevrangebylex zrevrangebyscore zrevrank zscan zscore zunionstore`,
  '6.2': `
blmove client|info,trackinginfo,unpause copy failover geosearch geosearchstore getdel getex hrandfield lmove
object|help pubsub|help reset slowlog|help smismember xautoclaim xgroup|createconsumer zdiff zdiffstore
zinter zmscore zrandmember zrangestore zunion`,
  '7.0': `
acl|dryrun blmpop bzmpop client|no-evict cluster|addslotsrange,delslotsrange,links,shards
command|docs,getkeysandflags,list eval_ro evalsha_ro expiretime fcall fcall_ro
function|delete,dump,flush,help,kill,list,load,restore,stats latency|histogram lcs lmpop module|loadex
pexpiretime pubsub|shardchannels,shardnumsub sintercard sort_ro spublish ssubscribe sunsubscribe zintercard
zmpop`,
  '7.2': `
client|no-touch,setinfo cluster|myshardid waitaof`,
};
/** Those of Redis alone. */
const REDIS: Readonly<Record<string, string>> = {
  '7.4': `
hexpire hexpireat hexpiretime hpersist hpexpire hpexpireat hpexpiretime hpttl httl`,
  '8.0': `
hgetdel hgetex hsetex vadd vcard vdim vemb vgetattr vinfo vismember vlinks vrandmember vrem vsetattr vsim`,
};
/** Those of Valkey alone. */
const VALKEY: Readonly<Record<string, string>> = {
  '8.0': `
client|capa cluster|slot-stats script|show`,
  '8.1': `
client|import-source commandlog|get,help,len,reset`,
};
/** What a server has that runs as a sentinel. */
const SENTINEL = `
acl|cat,deluser,dryrun,genpass,getuser,help,list,load,log,save,setuser,users,whoami auth
client|caching,getname,getredir,help,id,info,kill,list,no-evict,pause,reply,setinfo,setname,tracking,trackinginfo,unblock,unpause
command|count,docs,getkeys,getkeysandflags,help,info,list hello info ping psubscribe publish punsubscribe
role
sentinel|ckquorum,config,debug,failover,flushconfig,get-master-addr-by-name,get-primary-addr-by-name,help,info-cache,is-master-down-by-addr,is-primary-down-by-addr,master,masters,monitor,myid,pending-scripts,primaries,primary,remove,replicas,reset,sentinels,set,simulate-failure,slaves
shutdown subscribe unsubscribe`;
/** Of later releases, by their release notes: nothing is said of them where the release is not known. */
const LATER = `
clusterscan cluster|cancelslotmigrations,getslotmigrations,migrateslots,migration delex delifeq digest hexpire
hexpireat hexpiretime hgetdel hgetex hpersist hpexpire hpexpireat hpexpiretime hpttl hsetex httl msetex xackdel xdelex`;

export type Engine = 'redis' | 'valkey';

/** The newest series whose commands are known, `[8, 0]`. */
export const NEWEST: Readonly<Record<Engine, readonly [number, number]>> = { redis: [8, 0], valkey: [8, 1] };

const parsed = (text: string): string[] =>
  text
    .trim()
    .split(/\s+/)
    .flatMap((word) => {
      const [name = '', subs] = word.split('|');
      return [name, ...(subs === undefined ? [] : subs.split(',').map((sub) => `${name}|${sub}`))];
    });

const dated = (...tables: Readonly<Record<string, string>>[]): ReadonlyMap<string, string> => {
  const found = new Map<string, string>();
  for (const [since, text] of tables.flatMap((table) => Object.entries(table)))
    for (const name of parsed(text)) if (!found.has(name)) found.set(name, since);
  return found;
};

/** By name, the series that has it first. */
export const COMMANDS: Readonly<Record<Engine, ReadonlyMap<string, string>>> = {
  redis: dated(BOTH, REDIS),
  valkey: dated(BOTH, VALKEY),
};

/** Those of any server, later ones too. */
export const ANY_COMMAND: ReadonlySet<string> = new Set([
  ...COMMANDS.redis.keys(),
  ...COMMANDS.valkey.keys(),
  ...parsed(LATER),
]);

export const SENTINEL_COMMANDS: ReadonlySet<string> = new Set(parsed(SENTINEL));
