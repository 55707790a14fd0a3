import type { FailoverResult } from '../../src/observe/result.js';
import { bareResult, heldResult } from './results.js';

/** A result whose old master did not come back. */
export function notRejoinedResult(): FailoverResult {
  const result = bareResult();
  return { ...result, trials: result.trials.map((trial) => ({ ...trial, rejoin: null })) };
}

/** One trial that was frozen instead of killed, and came back by itself. */
export function thawedResult(): FailoverResult {
  const result = heldResult();
  return {
    ...result,
    fault: 'freeze',
    trials: result.trials.map((t) => ({ ...t, rejoin: t.rejoin && { ...t.rejoin, mode: 'thawed' } })),
  };
}
