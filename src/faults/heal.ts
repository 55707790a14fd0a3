import type { Engine } from '../cluster/engine.js';
import { unfinishedJournal } from '../cluster/journal.js';
import { type RecoverResult, recover } from './recover.js';

/** Takes back whatever is in effect on every cluster known here. Throws what the first one throws that fails, after the others. */
export async function recoverAll(engine: Engine, what: string): Promise<RecoverResult[]> {
  const results: RecoverResult[] = [];
  let failure: unknown;
  for (const cluster of await engine.store.list()) {
    engine.signal?.throwIfAborted();
    try {
      if ((await unfinishedJournal(engine.store, cluster)) === null) continue;
      results.push(await recover(engine, cluster, what));
    } catch (error) {
      failure ??= error;
    }
  }
  if (failure !== undefined) throw failure;
  return results;
}
