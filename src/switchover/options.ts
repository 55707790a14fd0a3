import type { WorkloadSettings } from '../observe/result.js';
import type { SwitchoverMethod } from '../observe/switchover-result.js';

export interface SwitchoverOptions {
  /** The node that shall be the master; null: the replica that Sentinel would choose. */
  to: string | null;
  /** Shows what would be done, and does nothing. */
  dryRun: boolean;
  /** Null: that of the method. */
  maxGapMs: number | null;
  /** Null: direct where it is possible. */
  method: SwitchoverMethod | null;
  /** A sentinel that does not answer and is left out; null: none. */
  without: string | null;
  trials: number;
  /** Clients that write meanwhile; null: none. */
  workload: WorkloadSettings | null;
}

/** How long a client may wait for a write where nothing else was asked for, in milliseconds: Sentinel needs an INFO. */
export const MAX_GAP_MS: Readonly<Record<SwitchoverMethod, number>> = {
  direct: 500,
  sentinel: 1500,
  coordinated: 1500,
};
