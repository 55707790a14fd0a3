import type { BaselineComparison } from '../../failover/baseline.js';
import type { FailoverResult, Verdict } from '../../observe/result.js';

/** A verdict as people read it; JSON keeps `holds`, `violated` and `unknown`. */
export const VERDICT_WORD: Readonly<Record<Verdict, string>> = {
  holds: 'PASS',
  violated: 'FAIL',
  unknown: 'UNKNOWN',
};

/**
 * The verdict on a run, which decides the exit code too: where everything holds and an earlier run was to be compared,
 * that of the comparison, since unknown is not passed.
 */
export const verdictOf = (
  { outcome }: Pick<FailoverResult, 'outcome'>,
  comparison: Pick<BaselineComparison, 'outcome'> | null = null,
): Verdict => (outcome === 'holds' && comparison !== null ? comparison.outcome : outcome);

/** What became of the measurements since an earlier run. */
export const BASELINE_WORD: Readonly<Record<Verdict, string>> = {
  holds: 'NOT WORSE',
  violated: 'WORSE',
  unknown: 'UNKNOWN',
};

/** A sweep that ended well judges nothing. */
export const SWEEP_WORD: Readonly<Record<Verdict, string>> = { ...VERDICT_WORD, holds: 'MEASURED' };
