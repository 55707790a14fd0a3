import { stateNamed } from '../cluster/open.js';
import type { Runtime } from '../cluster/runtime.js';
import { ownerLives, readJournal } from '../cluster/store/journal.js';
import { OperatorError } from '../errors.js';
import { recover } from './recover.js';

const LOOK_EVERY_MS = 200;

/** How a guard's watch ended. */
export type Watch = 'closed' | 'healed';

/**
 * Watches over one journal: until it is closed, or until its time has come and the run that opened it is gone; then the
 * cluster is healed. Throws `not-healed` (4), and the signal's reason.
 */
export async function watchOver(runtime: Runtime, cluster: string, id: string): Promise<Watch> {
  for (;;) {
    const journal = await readJournal(runtime.store, cluster);
    if (journal === null || journal.closed || journal.head.id !== id) return 'closed';
    const isDue = runtime.clock.wallMs() >= (journal.head.healByMs ?? Number.POSITIVE_INFINITY);
    if (isDue && !(await ownerLives(journal)) && (await healed(runtime, cluster, id))) return 'healed';
    await runtime.clock.sleep(LOOK_EVERY_MS, runtime.signal);
  }
}

/** False where another command holds the lock: it may be the one that heals. */
async function healed(runtime: Runtime, cluster: string, id: string): Promise<boolean> {
  try {
    await recover(runtime, await stateNamed(runtime, cluster), 'guard', id);
    return true;
  } catch (error) {
    if (error instanceof OperatorError && error.code === 'locked') return false;
    throw error;
  }
}
