import { stateNamed } from '../cluster/open.js';
import type { Runtime } from '../cluster/runtime.js';
import { unfinishedJournal } from '../cluster/store/journal.js';
import { messageOf } from '../errors.js';
import { type RecoverResult, recover } from './recover.js';

/**
 * Rolls back whatever is in effect on every cluster known here. Each failure is shown; the first one is thrown after the
 * last cluster.
 */
export async function recoverAll(runtime: Runtime, what: string): Promise<RecoverResult[]> {
  const results: RecoverResult[] = [];
  let failure: unknown;
  for (const cluster of await runtime.store.list()) {
    runtime.signal?.throwIfAborted();
    try {
      if ((await unfinishedJournal(runtime.store, cluster)) === null) continue;
      results.push(await recover(runtime, await stateNamed(runtime, cluster), what));
    } catch (error) {
      if (failure === undefined) failure = error;
      else runtime.onProgress({ type: 'note', level: 'warning', text: messageOf(error) });
    }
  }
  if (failure !== undefined) throw failure;
  return results;
}
