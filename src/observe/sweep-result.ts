import type { FailoverResult, MetricSummary, Restored, Verdict } from './result.js';

/** What one trial of a sweep came to; milliseconds from the fault, null where it never happened or is not known. */
export interface SweepTrial {
  /** Only where it was interrupted, or tested nothing: what is null may still have happened. */
  open?: true;
  switchedMs: number | null;
  outageMs: number | null;
  /** Acknowledged writes that are gone. */
  lost: number | null;
  /** Writes that were refused, for want of replicas among other things. */
  failed: number | null;
  /** Failovers that the fault does not explain. */
  spurious: number;
}

/** One combination of settings and what its trials came to. */
export interface SweepPoint {
  downAfterMs: number;
  minReplicas: number;
  /** Its trials are all there, and each has a switch, an outage that ended, and a count of losses. */
  proved: boolean;
  trials: SweepTrial[];
  switchedMs: MetricSummary | null;
  outageMs: MetricSummary | null;
  lost: MetricSummary | null;
  /** No other combination is as good in both the median outage and the mean loss, and better in one. */
  onFrontier: boolean;
}

/** What became of the settings that the sweep changed. */
export interface Restoration {
  restored: boolean;
  /** What is not as it was before, in words, and what to type. */
  problems: string[];
  commands: string[];
}

/** The result of `sweep`: fields may be added, never renamed. */
export interface SweepResult
  extends Pick<
    FailoverResult,
    'outcome' | 'reason' | 'complete' | 'cluster' | 'masterName' | 'driver' | 'fault' | 'seed' | 'startedAt'
  > {
  outcome: Verdict;
  command: string;
  engine: FailoverResult['engine'];
  quorum: number;
  /** min-replicas-max-lag while min-replicas-to-write was more than 0, in seconds. */
  maxLagS: number;
  trialsEach: number;
  workload: FailoverResult['workload'];
  warnings: string[];
  points: SweepPoint[];
  /** The settings before and after, of all nodes together. */
  restoration: Restoration;
  /** Only where it was interrupted: how the cluster was left. */
  restored?: Restored;
  /** Only where it was interrupted between two trials: what was rolled back, and which node is the master, in words. */
  account?: string[];
}
