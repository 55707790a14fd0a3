import { EXIT, type ExitCode } from '../errors.js';
import type { Address } from './address.js';
import type { Fields, NodeReplies, ViewReplies } from './answers.js';

/** Why something that was asked did not answer as itself. */
export interface Silence {
  /** `auth`, `tls`: it is there, and this command lacks a password, a right or what its TLS wants. */
  kind: 'refused' | 'timeout' | 'auth' | 'tls' | 'protocol' | 'closed' | 'error';
  message: string;
  /** No TCP connection came about: a frozen process takes one, a machine that is off or behind a filter does not. */
  unreached?: true;
  /** The address map leads to another sentinel: where it leads, and the address of that one. This one was not asked. */
  misled?: { at: Address; is: Address };
  /** Another server has taken its port: what is known of that one, in words. */
  other?: string;
}

/** Whether a server is there and does not let this command in: that says nothing of the server. */
export const isLocked = (silence: Silence | null): boolean =>
  silence?.kind === 'auth' || silence?.kind === 'tls';

/**
 * The exit code of a command that none of these servers answered as itself: 2 where one is there and this command lacks
 * what it wants, 5 where nothing answers.
 */
export const silentExitCode = (silences: readonly (Silence | null)[]): ExitCode =>
  silences.some(isLocked) ? EXIT.unknown : EXIT.unreachable;

/** Whether it takes no further connection, and serves those that it has (networking.c, acceptCommonHandler). */
export const isFull = ({ silence }: { silence: Silence | null }): boolean =>
  /max number of clients reached/.test(silence?.message ?? '');

/** What one Redis node says of itself (INFO, ROLE). Reply shapes: redis.io/commands/role, redis.io/commands/info. */
export interface NodeAnswer {
  version: string;
  /** `redis` or `valkey`. */
  engine: string;
  runId: string;
  role: 'master' | 'replica' | 'unknown';
  /** A replica's master, as it is configured. */
  follows: Address | null;
  linkStatus: 'up' | 'down' | null;
  /** master_repl_offset, or a replica's slave_repl_offset; bytes. */
  offset: number | null;
  /** A master's connected replicas; `state` is `online` once the replica streams. */
  attached: { address: Address; state: string; offset: number }[];
  loading: boolean;
  /** While it loads: how much of its data it has loaded, in percent, and the seconds that it expects to need yet. */
  loaded?: { percent: number | null; leftS: number | null };
  /** How many keys it holds in all of its databases; absent where it was not asked. */
  keys?: number;
  /** The same of each database that has keys: `db0`; absent where it was not asked. */
  keysByDatabase?: Readonly<Record<string, number>>;
  /** Seconds since its process was started. */
  uptimeS?: number;
  /** Whether it writes an append-only file. */
  logsWrites?: boolean;
  /** Bytes in that file; absent where there is none. */
  logBytes?: number;
  /**
   * It rewrote its append-only file and is too small to have done so by itself: that file was turned on after its start,
   * or a client sent BGREWRITEAOF (`logRewritten`).
   */
  logTurnedOn?: true;
  /** How many keys it loaded from its last RDB file or full resync (`rdb_last_load_keys_loaded`); absent before Redis 7.0. */
  loadedKeys?: number;
  /** How many writes it executed since its start; absent where it was not asked. */
  writes?: number;
  /** The same, where none of its commands can have removed a key; absent where that is not proved, or was not asked. */
  keptWrites?: number;
  /** The same with those that failed; absent where it was not asked, or its counters were reset since its start. */
  writeCalls?: number;
  /** A client had it rewrite its append-only file; absent where it was not asked. */
  logRewritten?: true;
  /** Whose stream its data is of (master_replid), and until which offset it is also that of an earlier one (master_replid2). */
  history?: { id: string; earlierId: string; earlierUntil: number };
  /** Full resyncs that it served since it started (`sync_full`); absent where it did not say. */
  fullSyncs?: number;
  /** For how long a replica has had no link, seconds; absent where it has one or did not say. */
  linkDownS?: number;
  /** Whether a replica is copying the whole data set from its master at this moment. */
  syncing?: boolean;
  /** How many replicas acknowledge in time, where min-replicas-to-write is set; absent where it is not. */
  goodReplicas?: number;
  /** min-replicas-to-write; absent where it is not set, or could not be read. */
  leastReplicas?: number;
  /** Why min-replicas-to-write could not be read, in the server's words; absent where it was, or is not set. */
  leastUnread?: string;
  /** Its own replica-priority; 0: never promoted. Absent where it did not say. */
  priority?: number;
  /** Set where it is hidden from the sentinels (replica-announced no). */
  hidden?: true;
  /** What it failed to write to its disk the last time; absent where nothing failed. */
  diskFaults?: readonly DiskFault[];
  /** Its memory and limit; absent where INFO does not tell. */
  memory?: NodeMemory;
  /** The path of its configuration file, empty where it was started without one; absent where it did not say. */
  configFile?: string;
  /** Its answer to PING where that was an error: `MISCONF Errors writing …`; absent where it answered PONG, or was not asked. */
  pingError?: string;
  /**
   * Of a master that CLIENT PAUSE holds back: connections of sentinels that wait in PUBLISH, other clients that wait with
   * the longest time of one, and how long the pause lasts yet (null where INFO does not say); milliseconds. Absent where
   * none waits, or it was not asked.
   */
  heldBack?: { connections: number; leftMs: number | null; clients?: number; clientsMs?: number };
  /** Why it was not told whether connections wait; absent where it was, or nothing waits. */
  heldUnread?: string;
  /** CONFIG GET, secrets redacted; absent where it was not asked, or not answered. */
  settings?: Fields;
  /** Its answers as they stand, for checks that look at more of them; absent where they were not kept. */
  raw?: NodeReplies;
}

/** A field of INFO that says `err` (rdb_last_bgsave_status, aof_last_write_status, aof_last_bgrewrite_status). */
export type DiskFault = 'bgsave' | 'aof-write' | 'aof-rewrite';

/** What evict.c goes by (getMaxmemoryState): bytes without the buffers of replicas; a limit of 0 is none. */
export interface NodeMemory {
  usedBytes: number;
  limitBytes: number;
  /** What the machine has; null where INFO does not say. */
  machineBytes?: number | null;
  policy: string;
  /** Whether any key has a time to live. */
  expires: boolean;
}

export interface NodeState {
  /** `redis-1` for an own cluster, else its address. */
  id: string;
  /** As the cluster announces it. */
  announce: Address;
  /** As this machine reaches it. */
  endpoint: Address;
  /** Further addresses at which the same process answers; absent where there is none. */
  alsoAt?: readonly Address[];
  /** Another server has taken its port, and is what the sentinels name as the master: what is known of that one, in words. */
  other?: string;
  answer: NodeAnswer | null;
  silence: Silence | null;
  /** Why it did not answer this question, where it answers others: neither silent nor known. */
  withheld?: string;
}

/** A replica as one sentinel sees it (SENTINEL REPLICAS). */
export interface SeenReplica {
  address: Address;
  flags: string[];
  runId: string;
  linkStatus: 'up' | 'down' | 'unknown';
  follows: Address | null;
  priority: number | null;
  offset: number | null;
  /** How long ago it last answered this sentinel's INFO, in milliseconds; null where it is not reported. */
  infoMsAgo?: number | null;
  /** For how long it has had no link to its master, in milliseconds; 0 while it has one. */
  linkDownMs?: number | null;
  /** How long ago it last gave this sentinel's PING a valid answer, in milliseconds; null where it is not reported. */
  answeredMsAgo?: number | null;
  /** For how long this sentinel has called it down (s_down), in milliseconds; null where it does not. */
  downMs?: number | null;
  /** Of one that it calls down: how long ago it last gave its PING any answer, also an error, in milliseconds. */
  repliedMsAgo?: number | null;
  /** For how long this sentinel has seen that it says it is a master, in milliseconds; absent where it says it is a replica. */
  saysMasterMs?: number;
}

/** Another sentinel as one sentinel sees it (SENTINEL SENTINELS). */
export interface SeenSentinel {
  address: Address;
  sentinelId: string;
  flags: string[];
  /** How long ago it last gave this sentinel's PING a valid answer, in milliseconds; null where it is not reported. */
  answeredMsAgo?: number | null;
  /** For how long this sentinel has called it down (s_down), in milliseconds; null where it does not. */
  downMs?: number | null;
  /** How long ago this sentinel last received its hello, in milliseconds. */
  helloMsAgo?: number | null;
}

/** One monitored master as one sentinel sees it (SENTINEL MASTERS, REPLICAS, SENTINELS, CKQUORUM). */
export interface MasterView {
  name: string;
  /** The address in its own configuration: what `get-master-addr-by-name` gives, except while it leads a failover. */
  address: Address;
  runId: string;
  flags: string[];
  configEpoch: number;
  quorum: number;
  downAfterMs: number;
  failoverTimeoutMs: number;
  parallelSyncs: number;
  /** Set while a failover is in progress, e.g. `wait_promotion`. */
  failoverState: string | null;
  /** How long ago it last gave this sentinel's PING a valid answer, in milliseconds; null where it is not reported. */
  answeredMsAgo?: number | null;
  /** How long ago it last gave this sentinel's PING any answer, also an error, in milliseconds. */
  repliedMsAgo?: number | null;
  /** How long this sentinel has waited for an answer to its PING, in milliseconds; 0 while none is pending. */
  pingPendingMs?: number | null;
  /** For how long this sentinel has called it down (s_down), in milliseconds. */
  downMs?: number | null;
  /** How long ago its role changed in this sentinel's eyes, in milliseconds; a switch sets it to 0. */
  roleReportedMs?: number | null;
  /** How long ago it last answered this sentinel's INFO, in milliseconds; null where it never did. RESET keeps it. */
  infoMsAgo?: number | null;
  /** Set where the server at that address says that it is a replica. */
  saysReplica?: true;
  /** How many replicas it counts, hidden ones (replica-announced no) included; null where it is not reported. */
  replicaCount?: number | null;
  replicas: SeenReplica[];
  sentinels: SeenSentinel[];
  ckquorum: { ok: boolean; usable: number | null; message: string };
  /** The same as the sentinel gave it, for checks that look at more of it; absent where it was not kept. */
  raw?: ViewReplies;
}

export interface SentinelState {
  /** `sentinel-1` for an own cluster, else its address. */
  id: string;
  announce: Address;
  endpoint: Address;
  /** Further addresses at which the same process answers; absent where there is none. */
  alsoAt?: readonly Address[];
  answer: {
    version: string;
    sentinelId: string;
    /** What its process drew at its start; two sentinels may have one id by mistake, and never one run id. */
    runId?: string;
    /** The path of its configuration file; absent where it did not say. */
    configFile?: string;
    tilt: boolean;
    /** For how long it has been in TILT, seconds; absent where it is not, or does not say. */
    tiltS?: number;
    /** For how long it has run, in whole seconds; absent where it does not say. */
    uptimeS?: number;
    /** SENTINEL SIMULATE-FAILURE, as bits; absent where its INFO does not say. */
    simulates?: number;
    masters: MasterView[];
    /** What it monitors beside the name that it was asked about, by its INFO; absent where it was asked about all. */
    others?: readonly MonitoredName[];
    /** SENTINEL DEBUG, names in capitals; absent where it was not asked. */
    debug?: Readonly<Record<string, string>>;
    /** The masters whose password is in its file; absent where that was not read. */
    passwordsFor?: readonly string[];
  } | null;
  silence: Silence | null;
  /** Why it did not answer this question, where it answers others: neither silent nor known. */
  withheld?: string;
}

/** A name that a sentinel monitors, and the address that it has for it. */
export interface MonitoredName {
  name: string;
  address: Address;
}

/** A name that a sentinel monitors and has never reached. */
export interface Leftover {
  name: string;
  /** For how long that sentinel has called it down, milliseconds; null where it does not say. */
  downMs: number | null;
  sentinel: { id: string; endpoint: Address };
}

/** The answers of all servers, asked once, in parallel. A silent one is in it with the reason. */
export interface Snapshot {
  /** Wall clock, milliseconds since 1970. */
  takenAtMs: number;
  /** How long ago it was taken, in milliseconds; absent for now. What the sentinels counted until then is older by it. */
  ageMs?: number;
  sentinels: SentinelState[];
  /** Names that no sentinel has ever reached, taken out of `sentinels` and `groups`; absent where there is none. */
  leftovers?: readonly Leftover[];
  /** Per monitored master name, its data nodes. */
  groups: { masterName: string; nodes: NodeState[] }[];
  /** Host names with the addresses that they resolve to from here; absent where none was looked up. */
  resolved?: Readonly<Record<string, readonly string[]>>;
}
