import type {
  ClientSummary,
  InvariantResult,
  LedgerSummary,
  TrialEvent,
  Verdict,
} from '../../observe/result.js';

/** The result of one step; times in milliseconds from the beginning of the first step. */
export interface StepResult {
  /** In words: `inject kill of master`. */
  step: string;
  /** `not-reached`: an earlier step failed. */
  outcome: 'done' | 'failed' | 'unknown' | 'not-reached';
  /** What was done, or seen. */
  evidence: string;
  atMs: number | null;
  tookMs: number | null;
}

/** An expectation that was judged at the end. */
export interface ExpectationResult {
  expectation: string;
  verdict: Verdict;
  evidence: string;
}

/** The result of one scenario. */
export interface ScenarioResult {
  name: string;
  summary: string;
  tags: string[];
  source: string | null;
  outcome: Verdict | 'skipped';
  /** Why, in one sentence. */
  reason: string;
  /** The weakness of Sentinel that was expected to show; null when none was. */
  weakness: {
    shown: boolean;
    probable: boolean;
    explanation: string;
    advice: string;
    evidence: ExpectationResult[];
  } | null;
  cluster: string | null;
  driver: string;
  engine: { name: string; version: string } | null;
  tookMs: number;
  steps: StepResult[];
  expectations: ExpectationResult[];
  invariants: InvariantResult[];
  client?: ClientSummary;
  ledger?: LedgerSummary;
  /** Events of sentinels and nodes; milliseconds from the first step. */
  events: TrialEvent[];
  /** The command that plays it again. */
  command: string;
}

/** A cluster that a run created and could not remove. */
export interface LeftCluster {
  cluster: string;
  /** Why: what `down` said. */
  why: string;
}

/** The result of `chaos run`. */
export interface ChaosResult {
  outcome: Verdict;
  /** One sentence. */
  reason: string;
  /** False when the run was interrupted: scenarios that were not played are missing. */
  complete: boolean;
  driver: string;
  /** null unless `--random`. */
  seed: number | null;
  parallel: number;
  /** With `--keep`: clusters on which a fault is still in effect. */
  kept: string[];
  /** Scratch clusters that could not be removed, each with the reason. */
  left: LeftCluster[];
  startedAt: string;
  tookMs: number;
  command: string;
  counts: { holds: number; violated: number; unknown: number; skipped: number };
  scenarios: ScenarioResult[];
}
