import type { WorkloadSettings } from '../observe/result.js';

export interface SwitchoverOptions {
  /** The node that shall be the master; null: the replica that Sentinel would choose. */
  to: string | null;
  /** Shows what would be done, and does nothing. */
  dryRun: boolean;
  maxGapMs: number;
  /** A sentinel that does not answer and is left out; null: none. */
  without: string | null;
  trials: number;
  /** Clients that write meanwhile; null: none. */
  workload: WorkloadSettings | null;
}
