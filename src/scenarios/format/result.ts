import type {
  ClientSummary,
  InvariantResult,
  LedgerSummary,
  TrialEvent,
  Verdict,
} from '../../observe/result.js';

/** What became of one step. Milliseconds from the first step's begin. */
export interface StepResult {
  /** In words: `inject kill of master`. */
  step: string;
  /** `not-reached`: an earlier one failed. */
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

/** What one scenario came to. */
export interface ScenarioResult {
  name: string;
  summary: string;
  tags: string[];
  source: string | null;
  outcome: Verdict | 'skipped';
  /** One sentence: why it is so. */
  reason: string;
  /** A weakness of Sentinel that was expected to show; null where none was. */
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
  /** What the sentinels and nodes said meanwhile; milliseconds from the first step. */
  events: TrialEvent[];
  /** What to type to play it again. */
  command: string;
}

/** The result of `chaos run`. */
export interface ChaosResult {
  outcome: Verdict;
  /** One sentence. */
  reason: string;
  /** False where it was interrupted: what is there was played, the rest is missing. */
  complete: boolean;
  driver: string;
  /** null unless `--random`. */
  seed: number | null;
  parallel: number;
  /** With `--keep`: clusters on which something was left in effect. */
  kept: string[];
  startedAt: string;
  tookMs: number;
  command: string;
  counts: { holds: number; violated: number; unknown: number; skipped: number };
  scenarios: ScenarioResult[];
}
