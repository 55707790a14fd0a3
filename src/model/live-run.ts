/**
 * What a run shows of itself while it goes on, for a block that is redrawn. Moments are milliseconds on the run's
 * monotonic clock, so that a reader computes what has passed since.
 */
export interface LiveRun {
  /** `trial 2 of 5`. */
  title: string;
  beganMs: number;
  /** What is estimated to be left of the whole when this part began, in milliseconds; null: nothing to estimate by. */
  leftMs: number | null;
  /** What was done to the master, and when; null before. `frozen`: which node, and until when; null where it was not frozen. */
  fault: { words: string; atMs: number; frozen: { node: string; untilMs: number } | null } | null;
  /** When the frozen master ran again; null before, or where it was not frozen. */
  thawedMs: number | null;
  /** What the switch is measured against, in milliseconds from the fault; null before the fault, or without one. */
  limits: { downAfterMs: number; budgetMs: number; outageBudgetMs: number | null } | null;
  /** The last phase that ended, in milliseconds from the fault. */
  phase: { label: string; ms: number } | null;
  /** The first +switch-master, in milliseconds from the fault; null while none came. */
  switchedMs: number | null;
  /** What is done where no step is under way. */
  doing: string | null;
  /** What the clients do; null where none writes. */
  writes: LiveWrites | null;
}

export interface LiveWrites {
  /** Acknowledged writes per second, over about the last second. */
  perS: number;
  /** Writes that are due per second, all clients' together; 0: as many as can be. */
  dueS: number;
  /** Writes that failed or whose outcome is unknown, since the clients started. */
  errors: number;
  /** When the last write was acknowledged. */
  heardMs: number;
}
