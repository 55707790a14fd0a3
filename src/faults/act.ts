import type { LiveCluster } from '../cluster/open.js';
import type { Runtime } from '../cluster/runtime.js';
import type { Link } from '../drivers/links.js';
import type { Address } from '../model/address.js';

/**
 * The atoms that faults are made of. Each one is plain data: what is written to the journal before it is done is all
 * that a later command, or another process, needs to roll it back. Durations are milliseconds.
 */
export type Act =
  /**
   * The server of a node ends: SIGKILL as a crash, SIGTERM as an orderly shutdown. With `restart` it is started again at
   * once as it was, before a sentinel calls it down.
   */
  | { act: 'end'; node: string; signal: 'SIGKILL' | 'SIGTERM'; restart?: boolean }
  /** The server of a node is frozen: it keeps its connections and answers nothing. */
  | { act: 'pause'; node: string }
  /** Packets are dropped on the way from one party to another; `tag` marks every rule that was made for it. */
  | { act: 'block'; links: Link[]; tag: string }
  /** What others send to this node goes through a proxy that delays it. */
  | { act: 'slow'; node: string; delayMs: number; jitterMs: number; tag: string }
  /** CONFIG SET on a data node; `was` is filled in by `prepare`. */
  | { act: 'config'; node: string; set: Record<string, string>; was?: Record<string, string> }
  /** SENTINEL SET on a sentinel; `was` is filled in by `prepare`. */
  | { act: 'sentinel-set'; node: string; set: Record<string, string>; was?: Record<string, string> }
  /** SENTINEL DEBUG on a sentinel (7.0 and later; never persisted); `was` is filled in by `prepare`. */
  | { act: 'sentinel-debug'; node: string; set: Record<string, string>; was?: Record<string, string> }
  /** SENTINEL RESET at a sentinel, while the master is healthy: what it forgot it learns again by itself. */
  | { act: 'reset'; node: string; masterName: string }
  /** CLIENT PAUSE: ends by itself after `forMs`. */
  | { act: 'client-pause'; node: string; mode: 'ALL' | 'WRITE'; forMs: number }
  /** REPLICAOF behind Sentinel's back: the node takes another role than the one it has. */
  | { act: 'follow'; node: string; master: Address | null; was?: Address | null }
  /** An EVAL that never ends: the server answers only with -BUSY. */
  | { act: 'busy'; node: string }
  /** SENTINEL SIMULATE-FAILURE: the sentinel ends itself (exit code 99) at that moment, once it leads a failover. */
  | { act: 'simulate'; node: string; at: 'crash-after-election' | 'crash-after-promotion' }
  /**
   * A planned move of the master, done message by message (src/switchover). Whichever way it was cut off, rolling it back
   * leaves one master: the new one where it has been named or the old one follows it, else the old one.
   */
  | { act: 'switchover'; master: string; target: string }
  /** Background saves of a data node fail, so that it answers writes and PING with -MISCONF. */
  | { act: 'fail-saves'; node: string; was?: Record<string, string> };

export type ActKind = Act['act'];
export type ActOf<K extends ActKind> = Extract<Act, { act: K }>;

/** What acts work on: a cluster created by sentinelctl, under its lock. */
export interface ActContext {
  runtime: Runtime;
  live: LiveCluster;
  /**
   * For rolling back at any moment, after an interrupt or a crash: a master that was taken down, frozen or cut off does
   * not return beside another one. Absent: a fault ends as it would by itself.
   */
  guarded?: boolean;
}

/** How one kind of act is done and rolled back. Everything but `prepare` and `inject` is idempotent. */
export interface ActHandler<A extends Act> {
  /** Exactly what is done, for `--dry-run` and the journal's reader: `SIGKILL to redis-1 (127.0.0.1:6379)`. Pure. */
  describe(context: Pick<ActContext, 'live'>, act: A): string;
  /** Exactly how it is rolled back, in words. Pure. */
  describeUndo(context: Pick<ActContext, 'live'>, act: A): string;
  /** What a person types to roll it back where this tool cannot; whole command lines. Pure. */
  commands(context: Pick<ActContext, 'live'>, act: A): string[];
  /**
   * Looks whether it can be done at all, and reads what the rollback will need; changes nothing. The act that it
   * answers with is what goes into the journal. Throws OperatorError (3) with the reason, and which driver can.
   */
  prepare(context: ActContext, act: A): Promise<A>;
  /** Does it; the journal has it already. */
  inject(context: ActContext, act: A): Promise<void>;
  /** Rolls it back, also where it was done only half or not at all. */
  undo(context: ActContext, act: A): Promise<void>;
  /** Looks whether it is rolled back: null, or what is still wrong, in one line. */
  verify(context: ActContext, act: A): Promise<string | null>;
}
