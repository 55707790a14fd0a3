import type { LossCause } from '../observe/result.js';

/** What happened, for explaining losses. Times on the record's clock, in milliseconds. */
export interface LossContext {
  /** `kill`, `stop`, `freeze`, `restart`, `partition…`, `switchover` or `failover` (planned), … */
  fault: string;
  /** A node's id. */
  oldMaster: string;
  newMaster: string | null;
  faultAtMs: number;
  newWritableAtMs: number | null;
  /** The old master answered again: restarted, thawed, healed. */
  returnedAtMs: number | null;
  /** It became a replica. */
  convertedAtMs: number | null;
  /** It came back without its data. */
  cameBackEmpty: boolean;
}

const PLANNED = /^(planned|switchover|failover|sentinel-failover|manual)/;
const PARTITION = /^partition|^cut|^isolat/;

/**
 * Why a write is gone that `acknowledgedBy` confirmed at `atMs`. The moment of a return is seen some milliseconds
 * late, and so are the last answers before a fault; since a dead or frozen master acknowledges nothing between the
 * two, the nearer one is meant.
 */
export function causeOf(context: LossContext, acknowledgedBy: string, atMs: number): LossCause {
  const { fault, oldMaster, newMaster, faultAtMs, returnedAtMs, cameBackEmpty } = context;
  if (acknowledgedBy !== oldMaster) return 'unknown';
  const replaced = newMaster !== null && newMaster !== oldMaster;
  const returned = returnedAtMs !== null && atMs >= (faultAtMs + returnedAtMs) / 2;
  if (cameBackEmpty && !returned) return 'empty-restart';
  if (!replaced) return 'unknown';
  if (PLANNED.test(fault)) return 'planned-switchover';
  if (atMs < faultAtMs) return 'unreplicated';
  if (PARTITION.test(fault)) {
    return returnedAtMs !== null && atMs >= returnedAtMs ? 'zombie' : 'minority';
  }
  return returned ? 'zombie' : 'unreplicated';
}
