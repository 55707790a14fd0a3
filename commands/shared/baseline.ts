import { readFile } from 'node:fs/promises';
import { usageError, whyUnreadable } from '../../src/errors.js';
import { type BaselineComparison, compare } from '../../src/failover/baseline.js';
import { readResult } from '../../src/observe/read-result.js';
import type { FailoverResult } from '../../src/observe/result.js';

/** The earlier run, and what compares a run with it. */
interface Baseline {
  earlier: FailoverResult | null;
  compare(now: FailoverResult): FailoverResult & { baseline?: BaselineComparison };
}

/** Reads the earlier run before the test starts, so that a bad file ends the command first. Throws usageError (64). */
export async function openBaseline(file: string | undefined): Promise<Baseline> {
  if (file === undefined) return { earlier: null, compare: (now) => now };
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw usageError('baseline', `--baseline: cannot read ${file}`, {
      why: whyUnreadable(error),
      hint: '--baseline FILE # the report.json of an earlier run',
    });
  }
  const earlier = readResult(text);
  return { earlier, compare: (now) => ({ ...now, baseline: compare(earlier, now) }) };
}
