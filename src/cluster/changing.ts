import { withLock } from '../host/lock.js';
import type { Runtime } from './runtime.js';
import { requireFinished } from './store/journal.js';

/**
 * Runs what changes a cluster: under its lock, and not before what an earlier run did to it is taken back. `what` is
 * shown to whoever wants the lock. Throws `locked` or `unfinished-journal` (3). Only what takes back goes without.
 */
export function changing<T>(
  runtime: Pick<Runtime, 'store'>,
  cluster: string,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  return withLock(runtime.store.lockOf(cluster), what, async () => {
    await requireFinished(runtime.store, cluster);
    return work();
  });
}
