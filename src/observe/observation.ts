import type { Address } from '../model/address.js';
import type { SentinelEvent } from '../model/events.js';

/** What a data node's ROLE says; `link` is a replica's: `connect`, `connecting`, `sync`, `connected`. */
export interface RoleSeen {
  role: 'master' | 'replica' | 'other';
  follows: Address | null;
  link: string | null;
}

/**
 * A connection that closes and says a role again within this, in milliseconds, belonged to a node that changed its role:
 * Sentinel closes the clients of a node that it makes a replica (sentinelSendSlaveOf).
 */
export const BLINK_MS = 400;

/**
 * One thing that was seen, when, and at which server. `atMs` is the monotonic clock of this process, so that everything in
 * one run lines up. Roles and beliefs are recorded when they change, not each time they are read.
 */
export type Observation = { atMs: number; source: string } & (
  | { kind: 'event'; event: SentinelEvent }
  /** `offsetBefore`: its replication offset at its last answer before, in bytes; absent where it had given none. */
  | { kind: 'role'; seen: RoleSeen; offsetBefore?: number }
  | { kind: 'belief'; master: Address | null }
  /** Its connection closed. */
  | { kind: 'gone' }
  /** Its connection is there, and brings no answer: frozen, or cut off. */
  | { kind: 'silent' }
);
