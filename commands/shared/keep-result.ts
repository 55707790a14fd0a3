import type { Context } from '../../src/cli/context.js';
import { stateHome } from '../../src/config/paths.js';
import { recordRun } from '../../src/failover/record-run.js';
import type { FailoverResult } from '../../src/failover/result.js';
import { writeReports } from './write-reports.js';

/** Writes a result where it was asked for, also one that is not complete yet; a final one into the history as well. */
export async function keepResult(
  context: Context,
  result: FailoverResult,
  destination: string | undefined,
  { final }: { final: boolean },
): Promise<void> {
  if (final) await recordRun(stateHome(context.env), result);
  if (destination === undefined) return;
  const files = await writeReports(final ? result : { ...result, complete: false }, destination);
  if (final) context.progress({ type: 'note', level: 'info', text: `written: ${files.join(', ')}` });
}
