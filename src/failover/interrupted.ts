import type { LiveCluster } from '../cluster/open.js';
import type { Runtime } from '../cluster/runtime.js';
import { OperatorError, withAccount } from '../errors.js';
import { isNotRestored } from '../faults/conduct.js';
import { restoredNow } from '../faults/restored.js';
import { restoredLines } from '../observe/restored-words.js';

interface Rollback {
  /** What was rolled back; null where nothing had been set. */
  undone: string | null;
  /** The master at the beginning; null where it was not known, or was replaced since. */
  before: { id: string } | null;
  /** The run that it belongs to rolls back more, and says so. */
  isPart?: boolean;
}

/**
 * What is to be thrown where a run was interrupted before it measured anything: with what was rolled back, and which
 * node is the master. Another error stays as it is, and so does one that says what could not be restored.
 */
export async function withRollback(
  runtime: Runtime,
  live: LiveCluster,
  error: unknown,
  { undone, before, isPart = false }: Rollback,
): Promise<unknown> {
  if (runtime.signal?.aborted !== true || isNotRestored(error)) return error;
  const lines = undone === null ? [] : [`rolled back: ${undone}`];
  // A run that had begun has told the rest.
  if (error instanceof OperatorError && error.account.length > 0) return withAccount(error, lines);
  const restored = await restoredNow(runtime, live, []);
  return withAccount(runtime.signal.reason, [
    ...lines,
    ...restoredLines(restored, before, isPart || undone !== null),
  ]);
}
