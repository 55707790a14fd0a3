import type { Address } from './address.js';
import type { Fields, Got } from './answers.js';
import type { ATTACHED, DriverName } from './drivers.js';
import type { NodeLogin } from './login.js';
import type { Leftover, Silence } from './snapshot.js';
import type { KnownBefore, UnderWay, Unfinished } from './status.js';

export type { Fields, Got } from './answers.js';

/** A server's clock against ours, milliseconds since 1970. */
interface ClockReading {
  askedAtMs: number;
  serverMs: number;
  answeredAtMs: number;
}

/** One monitored master as one sentinel has it, raw. */
export interface GatheredMaster {
  name: string;
  /** SENTINEL MASTER NAME. */
  fields: Fields;
  /** SENTINEL REPLICAS NAME, SENTINEL SENTINELS NAME. */
  replicas: Got<Fields[]>;
  sentinels: Got<Fields[]>;
  ckquorum: Got<{ ok: boolean; usable: number | null; message: string }>;
  /** SENTINEL GET-MASTER-ADDR-BY-NAME. */
  addr: Got<Address | null>;
}

/** What is asked of every server, of either kind. */
export interface GatheredServer {
  /** `redis-1` for an own cluster, else its address. */
  id: string;
  /** As the cluster announces it. */
  announce: Address;
  /** As this machine reaches it. */
  endpoint: Address;
  /** Further addresses under which others name the same process, by its run id; absent where there is none. */
  alsoAt?: readonly Address[];
  /** Whether the port at which it was asked speaks TLS; absent where that is not known. */
  speaksTls?: boolean;
  /** Further ports of the same process, which speak TLS where sentinelctl does not, or the reverse. */
  otherPorts?: readonly { address: Address; speaksTls: boolean }[];
  /** Why it gave no answer at all; null where it answered anything. */
  silence: Silence | null;
  /** INFO (all sections). */
  info: Got<Fields>;
  clock: Got<ClockReading>;
  /** ACL WHOAMI. */
  whoami: Got<string>;
  /** CLIENT LIST, one record a connection. */
  clients: Got<Fields[]>;
  /** LATENCY LATEST: event, when it last happened, last and worst duration in milliseconds. */
  latency: Got<{ event: string; atMs: number; lastMs: number; maxMs: number }[]>;
  /** SLOWLOG: when, how long in microseconds, the command's name (never its arguments), the client's address. */
  slowlog: Got<{ atMs: number; us: number; command: string; client?: string }[]>;
  /** The server's own configuration file, secrets redacted. */
  conf: Got<ConfText>;
  /** How it lives, as its driver or this machine sees it. */
  life: Got<Life>;
}

export interface ConfText {
  /** For showing: a path, or `redis-1:/data/redis.conf`. */
  file: string;
  text: string;
}

/** A process or a container. */
export interface Life {
  kind: 'process' | 'container';
  /** Device and inode of the configuration file, where known: equal ones are one shared file. */
  confInode: string | null;
  /** Whether the configuration file is mounted as a single file (a bind of one file): it cannot be replaced by rename. */
  confIsFileMount: boolean | null;
  /** Whether the server may write its directory. */
  dirWritable: boolean | null;
  /** The file system of that directory has no room for its user. */
  dirFull?: true;
  /** `no`, `always`, `unless-stopped`, `on-failure`; null for a process. */
  restartPolicy: string | null;
  /** Seconds between SIGTERM and SIGKILL; null for a process. */
  stopTimeoutS: number | null;
  /** `user` and the like; null for a process. Whether the address in the network is pinned. */
  addressPinned: boolean | null;
  /** A container that is in no network at all: nothing reaches it. */
  networkless?: boolean;
  /** Killed by the kernel for memory, as the engine says. */
  oomKilled: boolean | null;
  /** Bytes; null: unlimited or unknown. */
  memoryLimitBytes: number | null;
  /** Which machine or engine it lives on, for telling whether several share one. */
  hostKey: string;
}

/** A script that a sentinel called and that failed: how often, and when and how the last time, in words. */
export interface ScriptFailure {
  path: string;
  times: number;
  last: string;
}

export interface GatheredSentinel extends GatheredServer {
  /** SENTINEL MYID. */
  myid: Got<string>;
  masters: Got<GatheredMaster[]>;
  /** SENTINEL CONFIG GET *. */
  config: Got<Fields>;
  /** SENTINEL DEBUG without arguments (7.0 and later). */
  debug: Got<Fields>;
  /** SENTINEL PENDING-SCRIPTS: how many wait or run. */
  pendingScripts: Got<number>;
  /** The scripts that it is to call, where its machine can be looked at: path → a `ScriptState`. */
  scripts?: Got<Fields>;
  /** Which of them failed within a day, by its log; absent where none did, or this machine cannot read it. */
  scriptFailures?: ScriptFailure[];
  /** SENTINEL FLUSHCONFIG: null when it was written, else what the sentinel said. */
  flushConfig: Got<string | null>;
  /**
   * For each user that another sentinel logs in as (its `sentinel-user`, else `default`): ACL DRYRUN of what sentinels
   * send to each other, command → `OK` or what it lacks. Absent where no other sentinel is known.
   */
  peerRights?: Readonly<Record<string, Got<Fields>>>;
}

export interface GatheredNode extends GatheredServer {
  /** Another server has taken its port, and is what the sentinels name as the master: what is known of that one, in words. */
  other?: string;
  /** The masters' names that sentinels list it under. */
  masterNames: string[];
  /** ROLE. */
  role: Got<{
    role: 'master' | 'replica' | 'other';
    follows: Address | null;
    link: string | null;
    offset: number | null;
  }>;
  /** CONFIG GET *, secrets redacted: what is set at all is `(set)`. */
  config: Got<Fields>;
  /** Its login at its master, and which logins it accepts; absent where it was not asked. */
  login?: Got<NodeLogin>;
  /**
   * ACL DRYRUN for the user that the sentinels log in as: command → `OK` or what it lacks. Asked for multi, exec, slaveof, config rewrite,
   * client kill, ping, info, role, publish, subscribe, script kill.
   */
  dryrun: Got<Fields>;
  /**
   * Commands of Sentinel that a file of this node, or of a sentinel of its group, gives other names, as the node answers to
   * each of these and to the real one: `OK`, what the sentinels' user lacks, or that it has no such command. Absent where
   * no file gives one.
   */
  renamed?: readonly RenamedCommand[];
  /** ACL LOG: what was refused, one record for equal refusals within a minute. Absent where it was not asked. */
  aclLog?: Got<Fields[]>;
  /** What that user is: by the names that sentinels give their connections; else `default`. */
  sentinelsUser?: string;
  /** The channels that user may use, as ACL GETUSER says: `&*`, `&__sentinel__:hello`, `` for none. */
  channels: Got<string>;
  /** Whether TCP connects from this machine, and how long PING took in milliseconds. */
  pingMs: Got<number>;
  /** Its settings of ports and TLS, where its port speaks TLS and sentinelctl does not, or the reverse. */
  tlsSettings?: Fields;
  /** A second look at a replica without a link whose master began full resyncs; absent where there was no reason. */
  resync?: Resync;
}

/** A command by another name: `CONFIG`, `ops-config`, and what a node says of that name. */
export interface RenamedCommand {
  command: string;
  as: string;
  verdict: string;
}

/** What a replica that does not get on with its full resync shows a moment later. */
export interface Resync {
  /** How many full resyncs its master began in between, and how long that was in milliseconds; null: it did not say. */
  begun: number | null;
  forMs: number;
  /** What is free under its `dir`, in bytes; null where this machine cannot tell. */
  freeBytes: number | null;
  /** The last warning in its log; null where there is none, or this machine cannot read it. */
  warning: string | null;
}

/** The application's side: what its environment says and where that leads from here. */
export interface GatheredApp {
  /** `this shell`, `container web`. */
  where: string;
  /** As they are set; null where not. Of the URL what may be shown: no user, no password. */
  env: { sentinelAddrs: string | null; masterName: string | null; url: string | null };
  addresses: {
    text: string;
    address: Address | null;
    resolved: Got<string[]>;
    answers: Got<'sentinel' | 'data node' | 'other'>;
    /** A sentinel's names of masters, and how many other sentinels it knows for the application's one. */
    names: Got<string[]>;
    otherSentinels: number | null;
  }[];
  /** The name that the application asks for: REDIS_MASTER_NAME, else `mymaster`. */
  masterName: string;
  /** What the first sentinel that knows the name answers to GET-MASTER-ADDR-BY-NAME. */
  announced: Got<Address | null>;
  /** Whether that sentinel itself calls the master down. */
  announcedDown: boolean;
  /** Whether the announced master can be connected to from here. */
  masterAnswers: Got<'master' | 'replica' | 'other'>;
  /** Whether it takes writes: a SET with XX of a key that does not exist passes every refusal and writes nothing. */
  writable: Got<true>;
  /** `INSIDE_HOST:PORT=HOST:PORT` pairs that would make it routable; empty where none is needed, or none was found. */
  natMap: Record<string, string>;
  /** Which server answers at REDIS_URL; null where it is not set. */
  url: Got<{ address: Address; role: 'master' | 'replica' | 'other'; isAnnounced: boolean }> | null;
}

/** What was seen while watching, where that was asked for. */
export interface Watched {
  forMs: number;
  /** Events of every sentinel, in order of arrival. */
  events: { sentinel: string; atMs: number; name: string; text: string }[];
  /** Each node's offset over time. */
  offsets: { node: string; atMs: number; offset: number; role: string }[];
}

/** A sentinel of another group, by its hello message (sentinel.c, sentinelSendHello). */
export interface ForeignSentinel {
  /** Where it was heard. */
  node: string;
  /** Its id, or the first 8 characters of it, as its connection is named. */
  sentinelId: string;
  /** Its address and what it monitors; null where only its connection was seen. */
  hello: {
    sentinelId: string;
    address: Address;
    endpoint: Address;
    masterName: string;
    master: Address;
  } | null;
}

/** Everything that checks look at: gathered once, in parallel, with deadlines. Plain data: it can be kept and altered. */
export interface Gathered extends KnownBefore {
  takenAtMs: number;
  /** The cluster's name, or the addresses of an attached one. */
  cluster: string;
  own: boolean;
  /** It was attached with --readonly: each command that changes it is refused. */
  readonly?: true;
  driver: DriverName | typeof ATTACHED;
  /** The master name that the diagnosis is about; null: every name that the sentinels know. */
  masterName: string | null;
  sentinels: GatheredSentinel[];
  nodes: GatheredNode[];
  /** Names that these sentinels have never reached, taken out of their `masters`; absent where there is none. */
  leftovers?: readonly Leftover[];
  /** Servers that a data node follows and that no sentinel and no master lists: of no group. */
  outside?: GatheredNode[];
  /** How many more servers are named, and were not asked because there are too many; absent where all were. */
  notAsked?: number;
  /** Sentinels that are connected to a data node and that no sentinel here knows; absent where there is none. */
  foreignSentinels?: ForeignSentinel[];
  host: {
    /** `ip_local_port_range`, low and high. */
    ephemeralPorts: Got<[number, number]>;
    /** File descriptors a process may have. */
    openFilesLimit: Got<number>;
    /** vm.overcommit_memory. */
    overcommitMemory: Got<number>;
    transparentHugePages: Got<string>;
  };
  /** Look-ups of the host names that the configuration has: name → addresses and how long it took. */
  lookups: { name: string; result: Got<{ addresses: string[]; tookMs: number }> }[];
  watched: Watched | null;
  app: GatheredApp | null;
  /** What a run left in effect, and what an active one does; absent where no journal was read. */
  runs?: {
    unfinished?: Unfinished;
    underWay?: UnderWay;
    /** When sentinelctl last acted on an attached cluster, by the audit; milliseconds since 1970. */
    actedAtMs?: number;
  };
}
