import type { Verdict } from '../../observe/result.js';

/** A verdict as people read it; JSON keeps `holds`, `violated` and `unknown`. */
export const VERDICT_WORD: Readonly<Record<Verdict, string>> = {
  holds: 'PASS',
  violated: 'FAIL',
  unknown: 'UNKNOWN',
};

/** A sweep that ended well judges nothing. */
export const SWEEP_WORD: Readonly<Record<Verdict, string>> = { ...VERDICT_WORD, holds: 'MEASURED' };
