import { withLock } from '../host/lock.js';
import type { Engine } from './engine.js';
import { requireFinished } from './journal.js';

/**
 * Runs what changes a cluster: under its lock, and not before what an earlier run did to it is taken back. `what` is
 * shown to whoever wants the lock. Throws `locked` or `unfinished-journal` (3). Only what takes back goes without.
 */
export function changing<T>(
  engine: Pick<Engine, 'store'>,
  cluster: string,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  return withLock(engine.store.lockOf(cluster), what, async () => {
    await requireFinished(engine.store, cluster);
    return work();
  });
}
