import type { Address } from '../model/address.js';

export type Verdict = 'holds' | 'violated' | 'unknown';

/** A node by the name that the operator uses and the address that the cluster uses. */
export interface NodeRef extends Address {
  id: string;
}

/** The phases of a failover, in order. The rows of failover/phases.ts say what opens and closes each. */
export const PHASES = [
  'sdownMs',
  'odownMs',
  'electedMs',
  'writableMs',
  'promotedMs',
  'switchedMs',
  'agreedMs',
  'reattachedMs',
] as const;
export type PhaseId = (typeof PHASES)[number];

/** Milliseconds from the fault to the end of each phase, monotonic; null where it was not seen. */
export type PhaseTimes = Record<PhaseId, number | null>;

/** What the return of the old master looked like; milliseconds from the fault, except zombieMs. */
export interface Rejoin {
  mode: 'as-crashed' | 'guarded';
  restartedMs: number | null;
  /** Its ROLE says replica of the new master. */
  convertedMs: number | null;
  linkUpMs: number | null;
  /** Its offset reached what the new master's was when its link came up. */
  caughtUpMs: number | null;
  /** How long it was a writable master after its return; 0 when never. */
  zombieMs: number | null;
}

export interface Trial {
  oldMaster: NodeRef;
  newMaster: NodeRef | null;
  phases: PhaseTimes;
  /** switchedMs − downAfterMs. */
  overheadMs: number | null;
  rejoin: Rejoin | null;
}

export interface InvariantResult {
  id: string;
  verdict: Verdict;
  /** What was seen, in a sentence. */
  evidence: string;
}

export interface ThresholdResult {
  expression: string;
  /** Milliseconds, or null where there is no value to compare. */
  value: number | null;
  holds: Verdict;
}

/** The result of `failover-test` (CONTRACT for scripts: fields may be added, never renamed). */
export interface FailoverResult {
  outcome: Verdict;
  /** One sentence for a person: why the outcome is what it is. */
  reason: string;
  cluster: string;
  masterName: string;
  driver: string;
  fault: string;
  /** The moment of the fault on the wall clock, ISO 8601: what logs are lined up with. */
  faultAt: string;
  /** The command line that runs this again. */
  command: string;
  engine: { name: string; version: string };
  config: { downAfterMs: number; failoverTimeoutMs: number; quorum: number; parallelSyncs: number };
  budgetMs: number;
  trials: Trial[];
  thresholds: ThresholdResult[];
  invariants: InvariantResult[];
  /** Every event with its time from the fault, in milliseconds, as it was seen. */
  events: { atMs: number; source: string; name: string; message: string }[];
}
