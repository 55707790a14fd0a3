import type { Address } from '../model/address.js';
import type { SentinelSettings } from '../model/sentinel-settings.js';

export type Verdict = 'holds' | 'violated' | 'unknown';

/** A node by the name that the operator uses and the address that the cluster uses. */
export interface NodeRef extends Address {
  id: string;
}

/** The phases of a failover, in order. The rows of failover/phases.ts say what opens and closes each. */
export const PHASES = [
  'sdownMs',
  'odownMs',
  'votesMs',
  'electedMs',
  'selectedMs',
  'writableMs',
  'promotedMs',
  'switchedMs',
  'agreedMs',
  'reattachedMs',
] as const;
export type PhaseId = (typeof PHASES)[number];

/** Milliseconds from the fault to the end of each phase, monotonic; null where it was not seen. */
export type PhaseTimes = Record<PhaseId, number | null>;

/** How a killed master is started again: as reality has it, or as a replica of the new one at once. */
export type RejoinMode = 'as-crashed' | 'guarded';

/** What the return of the old master looked like; milliseconds from the fault, except zombieMs. */
export interface Rejoin {
  /** `thawed`: it was frozen, and came back by itself. */
  mode: RejoinMode | 'thawed';
  restartedMs: number | null;
  /** Its ROLE says replica of the new master. */
  convertedMs: number | null;
  linkUpMs: number | null;
  /** Its offset reached what the new master's was when its link came up. */
  caughtUpMs: number | null;
  /** How long it was a writable master after its return; 0 when never. */
  zombieMs: number | null;
  /** Writes that it acknowledged in that time; absent where no workload ran. */
  zombieWrites?: number;
}

/** What clients saw of one trial; milliseconds from the fault where a moment is meant. */
export interface ClientSummary {
  policy: string;
  /** The longest time between two acknowledgements of one client; the worst client's. */
  outageMs: number | null;
  /** When the first and when the last client was acknowledged again after the fault. */
  firstRecoveredMs: number | null;
  lastRecoveredMs: number | null;
  /** Definite failures and indeterminate outcomes by kind: READONLY, timeout, closed, … */
  errors: Record<string, number>;
  /** From each operation's intended start to its acknowledgement. */
  latencyMs: { p50: number; p95: number; p99: number; max: number } | null;
  clients: ClientLane[];
  /** All clients together; absent in a result that was written before this was measured. */
  overTime?: LoadOverTime;
}

/** What all clients saw together, bucket by bucket. */
export interface LoadOverTime {
  /** Start of the first bucket, milliseconds from the fault. */
  fromMs: number;
  bucketMs: number;
  /** Acknowledged writes, and operations that were not acknowledged. */
  ok: number[];
  errors: number[];
  /** Of the operations acknowledged in a bucket, from their intended start, true to 3 %; null where there were none. */
  p50Ms: (number | null)[];
  p99Ms: (number | null)[];
}

/** How far the writes were behind what was due, before the fault. */
export interface Overload {
  /** Writes per second of all clients together: sent, and due (0: as fast as possible). */
  sentPerS: number;
  duePerS: number;
  /** The median time from when a write was due to its acknowledgement; null where none was acknowledged. */
  p50Ms: number | null;
}

/** One client's trace, for drawing. */
export interface ClientLane {
  id: string;
  outageMs: number | null;
  recoveredMs: number | null;
  /** Start of the first bucket, milliseconds from the fault. */
  fromMs: number;
  bucketMs: number;
  /** Acknowledged and not acknowledged operations per bucket. */
  ok: number[];
  errors: number[];
}

/** Why an acknowledged write is gone. */
export const LOSS_CAUSES = [
  /** Acknowledged by the old master before the fault, and not replicated by then. */
  'unreplicated',
  /** Acknowledged by the old master after its return, before it was converted. */
  'zombie',
  /** Acknowledged by the old master on its side of a partition, while another one was promoted. */
  'minority',
  /** The master came back empty, and the replicas copied that. */
  'empty-restart',
  /** Acknowledged by the old master in a planned failover without a pause. */
  'planned-switchover',
  'unknown',
] as const;
export type LossCause = (typeof LOSS_CAUSES)[number];

/** What became of every acknowledged write (the rules: docs/ledger.md). */
export interface LedgerSummary {
  attempted: number;
  acknowledged: number;
  indeterminate: number;
  failed: number;
  /** Acknowledged, and not there in the end. */
  lost: number;
  /** Indeterminate, and there in the end. */
  recovered: number;
  /** There in the end, and never attempted, or certainly refused. */
  unexpected: number;
  /** Reads that did not show a write that had been acknowledged to the same client before; null where nothing was read. */
  staleReads: number | null;
  causes: Partial<Record<LossCause, number>>;
  /** Per node that was read back at the end: how many of the acknowledged writes it lacks; null: it did not answer. */
  missingAt: { id: string; missing: number | null }[];
  /** Lost writes as runs of one client, for drawing; milliseconds from the fault, of their acknowledgement. */
  lostRuns: {
    client: string;
    fromMs: number;
    toMs: number;
    count: number;
    acknowledgedBy: string;
    cause: LossCause;
  }[];
}

/** One thing that was seen during a trial; milliseconds from the fault. */
export interface TrialEvent {
  atMs: number;
  /** A node's id. */
  source: string;
  /** Sentinel's channel (`+sdown`), or `role`, `belief`, `gone`, `silent`, `fault`, `restart`. */
  name: string;
  message: string;
}

/** What a phase was expected to take, and why it took longer where it did. */
export interface PhaseReason {
  phase: PhaseId;
  /** From the milestone before this one; 0 where what follows from it was seen first. */
  stepMs: number | null;
  /** The longest that the step may take, by Sentinel's own timing. */
  predictedMs: number;
  /** What it waits for, from the live configuration. */
  waitsFor: string;
  /** Only where it took longer than predicted, or never ended. */
  why: string | null;
}

/** How an interrupted run left the cluster, after convergence was proved. */
export interface Restored {
  /** What was rolled back, in words; empty where the run had done that itself. */
  undone: string[];
  /** The current master; null where the sentinels do not agree. */
  master: NodeRef | null;
  /** How many keys of the run were removed. */
  keysRemoved: number;
}

export interface Trial {
  /** Only where the master recovered before a quorum could call it down: the sentence that says so. */
  untested?: string;
  /** True where it was interrupted: what is not there may still have happened. */
  cutShort?: true;
  /** Only where it was interrupted: how the cluster was left. */
  restored?: Restored;
  /** Only where it was interrupted and the old master had returned as a second one: for how long, in milliseconds. */
  secondMasterMs?: number;
  /** By its invariants and by the thresholds that every trial must satisfy; absent in reports of older versions. */
  outcome?: Verdict;
  /** Expressions of the thresholds that do not hold in this trial, the budget among them. */
  broken?: string[];
  /** ISO 8601, on the wall clock: what logs are lined up with. */
  faultAt: string;
  oldMaster: NodeRef;
  newMaster: NodeRef | null;
  phases: PhaseTimes;
  /** When each sentinel called the master down by itself, milliseconds from the fault. */
  sdownAt: Record<string, number>;
  reasons: PhaseReason[];
  /** switchedMs − downAfterMs. */
  overheadMs: number | null;
  rejoin: Rejoin | null;
  client?: ClientSummary;
  /** Only where the clients fell behind before the fault: other clients may see shorter times. */
  overload?: Overload;
  ledger?: LedgerSummary;
  invariants: InvariantResult[];
  /** Failovers that the fault does not explain, in words; empty where there was none. */
  spurious: string[];
  events: TrialEvent[];
}

/** Names that an invariant had before, by its id: scripts and scenarios may still use them. */
export const FORMER_IDS: Readonly<Record<string, readonly string[]>> = {
  'full-resyncs-explained': ['no-full-resync'],
  'losses-explained': ['ledger-consistent'],
  'two-masters-explained': ['split-brain-interval'],
};

/** The id of an invariant, by that id or by a former one. */
export const invariantId = (name: string): string =>
  Object.entries(FORMER_IDS).find(([, former]) => former.includes(name))?.[0] ?? name;

export interface InvariantResult {
  id: string;
  /** Former ids; absent where there is none. */
  aliases?: string[];
  verdict: Verdict;
  /** What was seen, in a sentence. */
  evidence: string;
}

export interface ThresholdResult {
  expression: string;
  /** In the metric's own unit, or null where there is no value to compare. */
  value: number | null;
  holds: Verdict;
}

/** Over the trials, in the metric's own unit. */
export interface MetricSummary {
  n: number;
  p50: number;
  p95: number;
  max: number;
  /** Bootstrap confidence interval of the median, 95 %; null with fewer than 3 trials. */
  ci95: [low: number, high: number] | null;
}

/** A server as it was before the first fault. */
export interface TopologyServer extends NodeRef {
  kind: 'data' | 'sentinel';
  /** Null for a sentinel, and for a node that did not say. */
  role: 'master' | 'replica' | null;
  /** `redis 7.0.15`; null where it did not answer. */
  version: string | null;
  /** In the server's own spelling (`appendonly`, `down-after-milliseconds`); what it did not say is not there. */
  settings: Record<string, string>;
}

/** The result of `failover-test` (CONTRACT for scripts: fields may be added, never renamed). */
export interface FailoverResult {
  outcome: Verdict;
  /** One sentence for a person: why the outcome is what it is. */
  reason: string;
  /** False where the run was interrupted: what is there was measured, the rest is missing. */
  complete: boolean;
  /** How many trials were asked for; absent in reports of older versions. */
  trialsAsked?: number;
  /** Only where it was interrupted between two trials: what was rolled back, and which node is the master. */
  account?: string[];
  /** Only where a trial could not be played, and others before it were: why. */
  stoppedBy?: string;
  cluster: string;
  masterName: string;
  driver: string;
  fault: string;
  /** How long a fault that ends by itself lasted, in milliseconds; null for the others. */
  faultForMs: number | null;
  seed: number;
  startedAt: string;
  /** The command line that runs this again. */
  command: string;
  engine: { name: string; version: string };
  /** Every server before the first fault; absent in a result that was written before this was read. */
  topology?: TopologyServer[];
  /** `earliestDownAfterMs`: of the first sentinel, where the sentinels had different ones; else absent. */
  config: SentinelSettings;
  /** From the fault to the first +switch-master. */
  budgetMs: number;
  /** How long clients may be without an answer; null where no limit was asked for, absent in older reports. */
  outageBudgetMs?: number | null;
  workload: WorkloadSettings | null;
  trials: Trial[];
  summary: Record<string, MetricSummary>;
  thresholds: ThresholdResult[];
  /** Over all trials: the worst verdict of each, with its evidence. */
  invariants: InvariantResult[];
}

/** The workload as it was asked for. */
export interface WorkloadSettings {
  clients: number;
  /** Operations per second of all clients together; 0: as fast as possible. */
  ratePerS: number;
  pipeline: number;
  /** Share of reads, 0 to 1. */
  readRatio: number;
  readFrom: 'master' | 'replicas';
  policy: string;
}
