import type { DriverName } from '../../model/drivers.js';
import { formatDurationMs } from '../../model/duration.js';
import type { ClusterSpec, Persistence } from '../../model/spec.js';

/**
 * Who is meant in a scenario: `redis-2`, `sentinel-1`; or by role, since who has it is known only while it is played:
 * `master` (at this moment), `old-master`, `replica-1` (as they were at the start), `leader` (the sentinel that leads
 * the failover of this moment), `other-sentinel` (one that does not), `replicas`, `nodes`, `sentinels`, `client`.
 */
export type Who = string;

/** What a cluster must be for a scenario to mean anything. Durations are milliseconds. */
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

/** Something that can be looked for, while a scenario is played and at its end. */
export type Condition =
  /** Another master was promoted since the last injection, every sentinel that answers names it, and it says so. */
  | { is: 'failover' }
  | { is: 'no-failover' }
  /** Nothing is missing for a proof of convergence. */
  | { is: 'converged' }
  /** An event of Sentinel, or `gone`: a connection that closed. `of`: whom it names; `at`: which sentinel says it. */
  | { is: 'event'; name: string; of: Who | null; at: Who | null; times: number }
  | { is: 'no-event'; name: string; of: Who | null; at: Who | null }
  | { is: 'role'; of: Who; role: 'master' | 'replica' }
  /** CKQUORUM at every sentinel that answers. */
  | { is: 'quorum'; usable: boolean }
  /** How often a master was replaced, from the first step to the last. */
  | { is: 'failovers'; min: number; max: number }
  /** Who is the master. */
  | { is: 'master'; who: Who }
  /** Acknowledged writes that are gone in the end. */
  | { is: 'lost'; min: number; max: number; cause: string | null }
  /** For how long more than one node said that it was master. */
  | { is: 'two-masters'; minMs: number; maxMs: number }
  /** The keys that `write` put there: whether all of them are there in the end. */
  | { is: 'keys'; kept: boolean };

/** One step. `line` is where it stands in its file. */
export type Step = { line: number } & (
  | { do: 'inject'; fault: string; on: Who[]; with: Record<string, string | number> }
  /** Takes back what is not taken back yet: all of it, or what a fault (or `set`, `config`, `debug`) did. `asCrashed`:
   * servers are started as they were when they died. */
  | { do: 'heal'; what: string | null; asCrashed: boolean }
  | { do: 'wait'; until: Condition; withinMs: number | null }
  /** The opposite must not be seen for as long; null: down-after and an election's time-out, and some. */
  | { do: 'hold'; condition: Condition; forMs: number | null }
  /** Nothing is done for a while. */
  | { do: 'rest'; forMs: number }
  | { do: 'sentinel'; command: 'failover' | 'reset'; at: Who }
  /** SENTINEL SET, CONFIG SET, SENTINEL DEBUG; taken back by the heal. */
  | { do: 'set' | 'config' | 'debug'; on: Who[]; values: Record<string, string> }
  /** So many keys on the master, to be looked for in the end. */
  | { do: 'write'; keys: number }
);

/** A step before its line is known. */
export type Unplaced = Step extends infer S ? (S extends Step ? Omit<S, 'line'> : never) : never;

/** A fault or several, what must follow, and what must not: data, from one file. */
export interface Scenario {
  name: string;
  summary: string;
  tags: string[];
  /** Where it is known from: `redis tests/sentinel 05-manual`. */
  source: string | null;
  shape: Shape;
  drivers: DriverName[];
  /** Clients that write all the while; null: none. */
  workload: { clients: number; ratePerS: number; policy: string } | null;
  steps: Step[];
  expect: Condition[];
  /** Beyond those of every scenario (see ALWAYS). */
  invariants: string[];
  /** null: a correct cluster shows none of this. */
  weakness: Weakness | null;
  /** The file it was read from, for showing. */
  file: string;
}

/** A weakness of Sentinel itself that is expected to show. */
export interface Weakness {
  /** Why it is so, in a few sentences. */
  explanation: string;
  /** What to do about it. */
  advice: string;
  /** How it shows. */
  shows: Condition[];
  /** It does not show each time; then nothing is proved either way. */
  probable: boolean;
}

/** What must hold after every scenario, once it has been healed. */
export const ALWAYS = ['one-master', 'sentinels-agree', 'replicas-attached', 'quorum-usable'] as const;

/** What a scenario may ask for beyond. */
export const INVARIANTS = [
  'one-failover',
  'old-master-rejoined',
  'right-replica',
  'clients-recovered',
  'ledger-consistent',
  'split-brain-interval',
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

/** The same for clusters that can stand in for each other. */
export const shapeKey = (shape: Shape): string => JSON.stringify(shape);

/**
 * Why a cluster that is there can not stand in for the shape that a scenario needs; null where it can. Only what a
 * scenario's meaning hangs on counts: with other times it waits longer or shorter. Pure.
 */
export function shapeMisfit(shape: Shape, spec: ClusterSpec): string | null {
  if (spec.replicas < shape.replicas)
    return `it needs ${shape.replicas} replicas, the cluster has ${spec.replicas}`;
  if (spec.sentinels !== shape.sentinels)
    return `it needs ${shape.sentinels} sentinels, the cluster has ${spec.sentinels}`;
  if (spec.quorum !== shape.quorum) return `it needs quorum ${shape.quorum}, the cluster has ${spec.quorum}`;
  if (shape.persistence !== 'procedure' && spec.persistence !== shape.persistence)
    return `it needs --persistence ${shape.persistence}, the cluster has ${spec.persistence}`;
  if (shape.downAfterMs < 1500 && spec.downAfterMs !== shape.downAfterMs)
    return `it needs --down-after ${formatDurationMs(shape.downAfterMs)}, the cluster has ${formatDurationMs(spec.downAfterMs)}`;
  const lacking = shape.redisConf.find(
    ([name, value]) => !spec.redisConf.some(([n, v]) => n === name && v === value),
  );
  return lacking === undefined ? null : `it needs --redis-conf ${lacking.join('=')}`;
}
