import type { Verdict } from '../../observe/result.js';

/** A verdict as people read it; JSON keeps `holds`, `violated` and `unknown`. */
export const VERDICT_WORD: Readonly<Record<Verdict, string>> = {
  holds: 'PASS',
  violated: 'FAIL',
  unknown: 'UNKNOWN',
};

/** What became of the measurements since an earlier run. */
export const BASELINE_WORD: Readonly<Record<Verdict, string>> = {
  holds: 'NOT WORSE',
  violated: 'WORSE',
  unknown: 'UNKNOWN',
};

/** A sweep that ended well judges nothing. */
export const SWEEP_WORD: Readonly<Record<Verdict, string>> = { ...VERDICT_WORD, holds: 'MEASURED' };
