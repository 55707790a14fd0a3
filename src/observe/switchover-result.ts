import type { SentinelSettings } from '../model/sentinel-settings.js';
import type {
  ClientSummary,
  InvariantResult,
  LedgerSummary,
  MetricSummary,
  NodeRef,
  TopologyServer,
  Verdict,
  WorkloadSettings,
} from './result.js';

/** How a master is moved; docs/switchover.md says what each does. */
export const SWITCHOVER_METHODS = ['direct', 'sentinel', 'coordinated'] as const;
export type SwitchoverMethod = (typeof SWITCHOVER_METHODS)[number];

/** Something that must hold before anything is done. */
export interface Precondition {
  id: string;
  /** `unknown`: it could not be read, and does not prevent the switchover. */
  verdict: 'holds' | 'broken' | 'unknown';
  /** What was seen, in a sentence. */
  evidence: string;
  /** What to type where it is broken; absent where nothing helps but waiting. */
  fix?: string;
}

/** One thing that was done, or seen; milliseconds from the moment at which the first command was sent. */
export interface SwitchoverStep {
  id: string;
  label: string;
  atMs: number;
}

/** A command that changes nothing, sent to prove that the real one will be taken. */
export interface Rehearsed {
  node: string;
  command: string;
  ok: boolean;
  /** The server's answer, in words. */
  answer: string;
}

/** One move of the master. */
export interface SwitchoverTrial {
  outcome: Verdict;
  /** One sentence for a person. */
  reason: string;
  startedAt: string;
  oldMaster: NodeRef;
  newMaster: NodeRef;
  method: SwitchoverMethod;
  /** From the pause to the first sentinel that names the new master, in milliseconds. */
  switchMs: number;
  /** The longest time between two acknowledgements of one client, the worst client's; null where no client wrote. */
  writeGapMs: number | null;
  /** How many full resyncs it caused; null where that is not known. */
  syncFull: number | null;
  /** What the old master wrote between the comparison and its demotion, in bytes: 0 where nothing slipped in; null where it did not answer. */
  slipBytes: number | null;
  steps: SwitchoverStep[];
  /** What was proved afterwards, each with its evidence. */
  proofs: InvariantResult[];
  client?: ClientSummary;
  ledger?: LedgerSummary;
}

/** The result of `switchover` (CONTRACT for scripts: fields may be added, never renamed). */
export interface SwitchoverResult
  extends Pick<SwitchoverTrial, 'outcome' | 'reason' | 'oldMaster' | 'writeGapMs' | 'syncFull' | 'method'> {
  /** Of the last one, where several were asked for; in a rehearsal, the one that would be. */
  newMaster: NodeRef;
  cluster: string;
  masterName: string;
  driver: string;
  /** True where nothing was changed. */
  dryRun: boolean;
  /** False where it was interrupted, or stopped before the last trial. */
  complete: boolean;
  /** Why it stopped before the last trial; absent where it did not. */
  stoppedBy?: string;
  maxGapMs: number;
  workload: WorkloadSettings | null;
  engine: { name: string; version: string };
  config: SentinelSettings;
  /** How long writes may be held back, and how long of it the new master may take to catch up; milliseconds. */
  pauseMs: number;
  budgetMs: number;
  preconditions: Precondition[];
  rehearsal: Rehearsed[];
  /** Every server before and after. After a rehearsal `after` is empty. */
  before: TopologyServer[];
  after: TopologyServer[];
  ledger?: LedgerSummary;
  trials: SwitchoverTrial[];
  /** Over the trials: `switchMs`, `writeGapMs`. */
  summary: Record<string, MetricSummary>;
}
