import type { DriverName } from '../../model/drivers.js';
import { formatDurationMs } from '../../model/duration.js';
import { DOUBLE_FAILOVER_BELOW_MS } from '../../model/sentinel-timing.js';
import type { ClusterSpec, Persistence } from '../../model/spec.js';

/**
 * A node in a scenario: by name (`redis-2`, `sentinel-1`) or by role, which is resolved while the scenario runs:
 * `master` (the current one), `old-master` and `replica-1` (those of the start), `leader` (the sentinel that leads the
 * current failover), `other-sentinel` (one that does not), `replicas`, `nodes`, `sentinels`, `client`.
 */
export type Who = string;

/** The cluster that a scenario needs. Durations are milliseconds. */
export interface Shape {
  replicas: number;
  sentinels: number;
  quorum: number;
  downAfterMs: number;
  failoverTimeoutMs: number;
  persistence: Persistence;
  /** `own`: a loopback address for each node, which cutting links between processes needs. */
  loopback: 'shared' | 'own';
  /** Directives of every data node. */
  redisConf: [directive: string, value: string][];
}

/** A condition that can be checked while a scenario runs and at its end. */
export type Condition =
  /** Another master was promoted since the last injection; every answering sentinel and its own ROLE confirm it. */
  | { is: 'failover' }
  | { is: 'no-failover' }
  /** Nothing is missing for a proof of convergence. */
  | { is: 'converged' }
  /** An event of Sentinel, or `gone`: a connection that closed. `of`: its subject; `at`: the sentinel that reports it. */
  | { is: 'event'; name: string; of: Who | null; at: Who | null; times: number }
  | { is: 'no-event'; name: string; of: Who | null; at: Who | null }
  | { is: 'role'; of: Who; role: 'master' | 'replica' }
  /** CKQUORUM at every sentinel that answers. */
  | { is: 'quorum'; usable: boolean }
  /** How often a master was replaced, from the first step to the last. */
  | { is: 'failovers'; min: number; max: number }
  | { is: 'master'; who: Who }
  /** Acknowledged writes that are missing at the end. */
  | { is: 'lost'; min: number; max: number; cause: string | null }
  /** For how long more than one node reported role master. */
  | { is: 'two-masters'; minMs: number; maxMs: number }
  /** Whether all keys of `write` are present at the end. */
  | { is: 'keys'; kept: boolean };

/** One step. `line` is its place in its file. */
export type Step = { line: number } & (
  | { do: 'inject'; fault: string; on: Who[]; with: Record<string, string | number> }
  /** Rolls back everything that is still in effect, or what one fault (or `set`, `config`, `debug`) did.
   * `asCrashed`: servers restart with their old configuration, not as replicas. */
  | { do: 'heal'; what: string | null; asCrashed: boolean }
  | { do: 'wait'; until: Condition; withinMs: number | null }
  /** The condition must hold for this long; null: down-after plus an election's timeout and a margin. */
  | { do: 'hold'; condition: Condition; forMs: number | null }
  /** No action. */
  | { do: 'rest'; forMs: number }
  | { do: 'sentinel'; command: 'failover' | 'reset'; at: Who }
  /** SENTINEL SET, CONFIG SET, SENTINEL DEBUG; `heal` rolls them back. */
  | { do: 'set' | 'config' | 'debug'; on: Who[]; values: Record<string, string> }
  /** Writes this many keys to the master; `keys` checks them at the end. */
  | { do: 'write'; keys: number }
);

/** A step before its line is known. */
export type Unplaced = Step extends infer S ? (S extends Step ? Omit<S, 'line'> : never) : never;

/** One or more faults, what must follow and what must not. */
export interface Scenario {
  name: string;
  summary: string;
  tags: string[];
  /** Its origin: `redis tests/sentinel 05-manual`. */
  source: string | null;
  shape: Shape;
  drivers: DriverName[];
  /** Clients that write during the whole scenario; null: none. */
  workload: { clients: number; ratePerS: number; policy: string } | null;
  steps: Step[];
  expect: Condition[];
  /** In addition to those of every scenario (ALWAYS). */
  invariants: string[];
  /** null when no weakness is expected. */
  weakness: Weakness | null;
  /** The file that it was read from. */
  file: string;
}

/** A weakness of Sentinel itself that is expected to show. */
export interface Weakness {
  /** The cause, in a few sentences. */
  explanation: string;
  /** What to do about it. */
  advice: string;
  /** How it shows. */
  shows: Condition[];
  /** It does not show every time: its absence proves nothing. */
  probable: boolean;
}

/** What must hold after every scenario, once it has been healed. */
export const ALWAYS = ['one-master', 'sentinels-agree', 'replicas-attached', 'quorum-usable'] as const;

/** Invariants that a scenario may add. */
export const INVARIANTS = [
  'one-failover',
  'old-master-rejoined',
  'right-replica',
  'clients-recovered',
  'losses-explained',
  'two-masters-explained',
] as const;

export const DEFAULT_SHAPE: Shape = {
  replicas: 2,
  sentinels: 3,
  quorum: 2,
  downAfterMs: 2000,
  failoverTimeoutMs: 10_000,
  persistence: 'procedure',
  loopback: 'shared',
  redisConf: [],
};

/** Equal for clusters that can replace each other. */
export const shapeKey = (shape: Shape): string => JSON.stringify(shape);

/**
 * Why a cluster does not fit a scenario's shape; null when it does. Only what changes the scenario's meaning counts:
 * other durations make it wait longer or shorter. Pure.
 */
export function shapeMisfit(shape: Shape, spec: ClusterSpec): string | null {
  if (spec.replicas < shape.replicas)
    return `it needs ${shape.replicas} replicas, the cluster has ${spec.replicas}`;
  if (spec.sentinels !== shape.sentinels)
    return `it needs ${shape.sentinels} sentinels, the cluster has ${spec.sentinels}`;
  if (spec.quorum !== shape.quorum) return `it needs quorum ${shape.quorum}, the cluster has ${spec.quorum}`;
  if (shape.persistence !== 'procedure' && spec.persistence !== shape.persistence)
    return `it needs --persistence ${shape.persistence}, the cluster has ${spec.persistence}`;
  if (shape.downAfterMs < DOUBLE_FAILOVER_BELOW_MS && spec.downAfterMs !== shape.downAfterMs)
    return `it needs --down-after ${formatDurationMs(shape.downAfterMs)}, the cluster has ${formatDurationMs(spec.downAfterMs)}`;
  const lacking = shape.redisConf.find(
    ([name, value]) => !spec.redisConf.some(([n, v]) => n === name && v === value),
  );
  return lacking === undefined ? null : `it needs --redis-conf ${lacking.join('=')}`;
}
