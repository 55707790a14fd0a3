import type { Address } from './address.js';
import { type NamedValues, numberOf } from './answers.js';
import { isDown } from './flags.js';
import { keptWritesIn } from './kept-writes.js';
import { loadingIn } from './loading.js';
import { memoryIn } from './memory.js';
import { informedMsAgo } from './never-reached.js';
import type {
  DiskFault,
  MasterView,
  MonitoredName,
  NodeAnswer,
  SeenReplica,
  SeenSentinel,
} from './snapshot.js';

export { type NamedValues, numberOf } from './answers.js';

/** A host and a port of 0 to 65535 (port 0 is Sentinel's own mark for an address that is no longer valid). */
export function addressOf(host: string | undefined, port: string | undefined): Address | undefined {
  const number = numberOf(port);
  if (!host || host === '?' || number === null || number < 0 || number > 65535) return undefined;
  return { host, port: number };
}

/** The names that a sentinel's INFO lists (sentinel.c, sentinelInfoCommand: `master0:name=…,status=…,address=…:…,…`). */
export function monitoredIn(info: Iterable<readonly [string, string]>): MonitoredName[] {
  return [...info].flatMap(([field, text]) => {
    if (!/^master\d+$/.test(field)) return [];
    const [, name, host, port] = /^name=([^,]+),.*\baddress=(.+):(\d+),/.exec(text) ?? [];
    const address = addressOf(host, port);
    return name === undefined || address === undefined ? [] : [{ name, address }];
  });
}

/** How many keys each database of a data node holds; INFO lists only those that have keys. */
function keysByDatabaseIn(info: Iterable<readonly [string, string]>): Record<string, number> {
  const keys: Record<string, number> = {};
  for (const [name, text] of info)
    if (/^db\d+$/.test(name)) keys[name] = Number(/keys=(\d+)/.exec(text)?.[1] ?? 0);
  return keys;
}

/** The same of all of its databases together. */
export const keysIn = (info: Iterable<readonly [string, string]>): number => sumOf(keysByDatabaseIn(info));

const sumOf = (keysByDatabase: Readonly<Record<string, number>>): number =>
  Object.values(keysByDatabase).reduce((sum, keys) => sum + keys, 0);

/** Engine and version; undefined where INFO has none. Valkey gives `valkey_version` beside the version of Redis that it is compatible with. */
export function engineIn(info: NamedValues): { engine: string; version: string } | undefined {
  const version = info.get('valkey_version') ?? info.get('redis_version');
  if (version === undefined) return undefined;
  const engine = info.has('valkey_version') ? 'valkey' : (info.get('server_name') ?? 'redis');
  return { engine, version };
}

/** A data node by its INFO; undefined where that has no version. Field names: server.c, genRedisInfoString. */
export function nodeAnswerIn(info: NamedValues): NodeAnswer | undefined {
  const engine = engineIn(info);
  if (engine === undefined) return undefined;
  const role = info.get('role');
  const replica = role === 'slave';
  const link = info.get('master_link_status');
  const fullSyncs = numberOf(info.get('sync_full'));
  const priority = numberOf(info.get('slave_priority'));
  const goodReplicas = numberOf(info.get('min_slaves_good_slaves'));
  const memory = memoryIn(info);
  const configFile = info.get('config_file');
  const linkDownS = numberOf(info.get('master_link_down_since_seconds'));
  const history = historyIn(info);
  const keysByDatabase = keysByDatabaseIn(info);
  const aof = info.get('aof_enabled');
  const logBytes = numberOf(info.get('aof_current_size'));
  const loadedKeys = numberOf(info.get('rdb_last_load_keys_loaded'));
  return {
    ...engine,
    runId: info.get('run_id') ?? '',
    role: replica ? 'replica' : role === 'master' ? 'master' : 'unknown',
    follows: replica ? (addressOf(info.get('master_host'), info.get('master_port')) ?? null) : null,
    linkStatus: replica ? (link === 'up' ? 'up' : 'down') : null,
    offset: numberOf(info.get(replica ? 'slave_repl_offset' : 'master_repl_offset')),
    attached: attachedIn(info),
    ...loadingIn(info),
    keys: sumOf(keysByDatabase),
    keysByDatabase,
    ...keptWritesIn(info),
    ...uptimeIn(info),
    ...(aof !== undefined && { logsWrites: aof === '1' }),
    ...(logBytes !== null && { logBytes }),
    ...(wasTurnedOn(info) && { logTurnedOn: true as const }),
    ...(loadedKeys !== null && { loadedKeys }),
    ...(history !== undefined && { history }),
    ...(fullSyncs !== null && { fullSyncs }),
    ...(goodReplicas !== null && { goodReplicas }),
    ...(linkDownS !== null && linkDownS >= 0 && { linkDownS }),
    ...(info.get('master_sync_in_progress') === '1' && { syncing: true }),
    ...onDisk(info),
    ...(memory !== undefined && { memory }),
    ...(priority !== null && { priority }),
    ...(info.get('replica_announced') === '0' && { hidden: true as const }),
    ...(configFile !== undefined && { configFile }),
  };
}

/** Whose stream its data is of; undefined where it has no id (before Redis 4). */
function historyIn(info: NamedValues): NodeAnswer['history'] {
  const id = info.get('master_replid');
  if (!id) return undefined;
  const until = numberOf(info.get('second_repl_offset')) ?? -1;
  return { id, earlierId: info.get('master_replid2') ?? '', earlierUntil: until };
}

/** auto-aof-rewrite-min-size, bytes: below it no rewrite starts by itself (redis.conf, server.c: serverCron). */
const LEAST_REWRITE_BYTES = 64 * 1024 * 1024;

/** Whether a server has rewritten its append-only file before it could do so by itself (INFO persistence, 7.0 on). */
function wasTurnedOn(info: NamedValues): boolean {
  const [rewrites, bytes] = [numberOf(info.get('aof_rewrites')), numberOf(info.get('aof_current_size'))];
  return (
    info.get('aof_enabled') === '1' &&
    (rewrites ?? 0) > 0 &&
    (bytes ?? LEAST_REWRITE_BYTES) < LEAST_REWRITE_BYTES
  );
}

const DISK_FIELDS: readonly [field: string, fault: DiskFault][] = [
  ['rdb_last_bgsave_status', 'bgsave'],
  ['aof_last_write_status', 'aof-write'],
  ['aof_last_bgrewrite_status', 'aof-rewrite'],
];

/** A status of the append-only file counts while there is one. */
function onDisk(info: NamedValues): Pick<NodeAnswer, 'diskFaults'> {
  const hasAof = info.get('aof_enabled') === '1';
  const diskFaults = DISK_FIELDS.flatMap(([field, fault]) =>
    info.get(field) === 'err' && (hasAof || fault === 'bgsave') ? [fault] : [],
  );
  return diskFaults.length > 0 ? { diskFaults } : {};
}

/** For how long a server has run, in whole seconds; absent where it does not say. */
export function uptimeIn(info: NamedValues): { uptimeS?: number } {
  const uptimeS = numberOf(info.get('uptime_in_seconds'));
  return uptimeS === null ? {} : { uptimeS };
}

/** What SENTINEL SIMULATE-FAILURE has set at a sentinel, as bits; absent where its INFO does not say. */
export function simulatesIn(info: NamedValues): { simulates?: number } {
  const simulates = numberOf(info.get('sentinel_simulate_failure_flags'));
  return simulates === null ? {} : { simulates };
}

/** `slave0:ip=127.0.0.1,port=6380,state=online,offset=1234,lag=0`: every replica, also one that does not stream yet. */
function attachedIn(info: NamedValues): NodeAnswer['attached'] {
  return [...info].flatMap(([field, value]) => {
    if (!/^slave\d+$/.test(field)) return [];
    const parts = new Map(value.split(',').map((part) => split(part, '=')));
    const address = addressOf(parts.get('ip'), parts.get('port'));
    return address === undefined
      ? []
      : [{ address, state: parts.get('state') ?? '', offset: numberOf(parts.get('offset')) ?? 0 }];
  });
}

function split(text: string, by: string): [string, string] {
  const at = text.indexOf(by);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + by.length)];
}

/** What decides, of a record of SENTINEL MASTER, which replica is promoted. */
export const knownMaster = (master: NamedValues): Pick<MasterView, 'flags' | 'downAfterMs' | 'downMs'> => ({
  flags: flagsIn(master),
  downAfterMs: numberOf(master.get('down-after-milliseconds')) ?? 0,
  downMs: numberOf(master.get('s-down-time')),
});

/** One sentinel's view of one master, from its four answers (sentinel.c, addReplySentinelRedisInstance). */
export function masterViewIn(
  master: NamedValues,
  replicas: readonly NamedValues[],
  sentinels: readonly NamedValues[],
  ckquorum: MasterView['ckquorum'],
): MasterView {
  const ms = (field: string): number | null => numberOf(master.get(field));
  return {
    name: master.get('name') ?? '',
    address: placeIn(master),
    runId: master.get('runid') ?? '',
    ...knownMaster(master),
    configEpoch: ms('config-epoch') ?? 0,
    quorum: ms('quorum') ?? 0,
    failoverTimeoutMs: ms('failover-timeout') ?? 0,
    parallelSyncs: ms('parallel-syncs') ?? 0,
    failoverState: master.get('failover-state') ?? null,
    answeredMsAgo: ms('last-ok-ping-reply'),
    repliedMsAgo: ms('last-ping-reply'),
    pingPendingMs: ms('last-ping-sent'),
    roleReportedMs: ms('role-reported-time'),
    infoMsAgo: informedMsAgo(ms('info-refresh')),
    ...(master.get('role-reported') === 'slave' && { saysReplica: true }),
    replicaCount: ms('num-slaves'),
    replicas: replicas.map(seenReplica),
    sentinels: sentinels.map(seenSentinel),
    ckquorum,
  };
}

/** Whether a sentinel is in TILT, and for how many seconds, by its INFO. */
export function tiltIn(info: NamedValues): { tilt: boolean; tiltS?: number } {
  const tiltS = numberOf(info.get('sentinel_tilt_since_seconds'));
  const tilt = info.get('sentinel_tilt') === '1';
  return { tilt, ...(tilt && tiltS !== null && tiltS >= 0 && { tiltS }) };
}

/** A record of SENTINEL REPLICAS. Sentinel says `err` for a link that is down, and also until the first INFO of that replica. */
export function seenReplica(record: NamedValues): SeenReplica {
  const link = record.get('master-link-status');
  return {
    address: placeIn(record),
    flags: flagsIn(record),
    runId: record.get('runid') ?? '',
    linkStatus: link === 'ok' ? 'up' : link === 'err' ? 'down' : 'unknown',
    follows: addressOf(record.get('master-host'), record.get('master-port')) ?? null,
    priority: numberOf(record.get('slave-priority')),
    offset: numberOf(record.get('slave-repl-offset')),
    infoMsAgo: numberOf(record.get('info-refresh')),
    linkDownMs: numberOf(record.get('master-link-down-time')),
    answeredMsAgo: numberOf(record.get('last-ok-ping-reply')),
    downMs: numberOf(record.get('s-down-time')),
    ...(isDown(flagsIn(record)) && { repliedMsAgo: numberOf(record.get('last-ping-reply')) }),
    ...(record.get('role-reported') === 'master' && {
      saysMasterMs: numberOf(record.get('role-reported-time')) ?? 0,
    }),
  };
}

function seenSentinel(record: NamedValues): SeenSentinel {
  return {
    address: placeIn(record),
    sentinelId: record.get('runid') ?? '',
    flags: flagsIn(record),
    answeredMsAgo: numberOf(record.get('last-ok-ping-reply')),
    downMs: numberOf(record.get('s-down-time')),
    helloMsAgo: numberOf(record.get('last-hello-message')),
  };
}

/** As it stands in the record: an entry whose name cannot be resolved has an empty host (sentinel.c, announceSentinelAddr). */
const placeIn = (record: NamedValues): Address => ({
  host: record.get('ip') ?? '',
  port: numberOf(record.get('port')) ?? 0,
});

const flagsIn = (record: NamedValues): string[] =>
  (record.get('flags') ?? '').split(',').filter((f) => f !== '');
