import type { Runtime } from '../cluster/runtime.js';
import { unfinishedJournal } from '../cluster/store/journal.js';
import { type RecoverResult, recover } from './recover.js';

/** Takes back whatever is in effect on every cluster known here. Throws what the first one throws that fails, after the others. */
export async function recoverAll(runtime: Runtime, what: string): Promise<RecoverResult[]> {
  const results: RecoverResult[] = [];
  let failure: unknown;
  for (const cluster of await runtime.store.list()) {
    runtime.signal?.throwIfAborted();
    try {
      if ((await unfinishedJournal(runtime.store, cluster)) === null) continue;
      results.push(await recover(runtime, cluster, what));
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return results;
}
