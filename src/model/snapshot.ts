import type { Address } from './address.js';

/** Why something that was asked did not answer as itself. */
export interface Silence {
  kind: 'refused' | 'timeout' | 'auth' | 'protocol' | 'closed' | 'error';
  message: string;
}

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
  /** Full resyncs that it served since it started (`sync_full`); absent where it did not say. */
  fullSyncs?: number;
}

export interface NodeState {
  /** `redis-1` for an own cluster, else its address. */
  id: string;
  /** As the cluster announces it. */
  announce: Address;
  /** As this machine reaches it. */
  endpoint: Address;
  answer: NodeAnswer | null;
  silence: Silence | null;
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
  /** How long ago it last gave this sentinel's PING a valid answer, in milliseconds; null where it is not reported. */
  answeredMsAgo?: number | null;
}

/** Another sentinel as one sentinel sees it (SENTINEL SENTINELS). */
export interface SeenSentinel {
  address: Address;
  sentinelId: string;
  flags: string[];
  /** How long ago it last gave this sentinel's PING a valid answer, in milliseconds; null where it is not reported. */
  answeredMsAgo?: number | null;
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
  replicas: SeenReplica[];
  sentinels: SeenSentinel[];
  ckquorum: { ok: boolean; usable: number | null; message: string };
}

export interface SentinelState {
  /** `sentinel-1` for an own cluster, else its address. */
  id: string;
  announce: Address;
  endpoint: Address;
  answer: { version: string; sentinelId: string; tilt: boolean; masters: MasterView[] } | null;
  silence: Silence | null;
}

/** The answers of all servers, asked once, in parallel. A silent one is in it with the reason. */
export interface Snapshot {
  /** Wall clock, milliseconds since 1970. */
  takenAtMs: number;
  sentinels: SentinelState[];
  /** Per monitored master name, its data nodes. */
  groups: { masterName: string; nodes: NodeState[] }[];
}
