import { withoutSignal } from '../cluster/open.js';
import { step } from '../cluster/runtime.js';
import { startWhenSafe } from '../cluster/start.js';
import { messageOf, notRestored, OperatorError } from '../errors.js';
import { nodeOf } from '../faults/scene.js';
import { command } from '../model/hints.js';
import type { TrialContext } from './context.js';

/**
 * Puts the old master back, whatever happened: thawed, or started as a replica of the master of this moment, or as it
 * was where it is still the master and has its data. A master that keeps nothing on disk is not started before
 * another one was promoted: its replicas would copy its emptiness. Has a bound of its own, since the run's signal may
 * be aborted. Throws `not-restored` (4) with what to type.
 */
export async function restore(context: TrialContext, why: string): Promise<void> {
  const { runtime, roles } = context;
  const live = withoutSignal(context.live);
  const node = nodeOf(live.plan, roles.master.id);
  const { cluster } = live.plan.spec;
  try {
    await step(runtime, 'restore', `${why}: putting ${node.id} back`, async () => {
      const { state } = await live.host.inspect(node.id);
      if (state === 'paused') await live.host.resume(node.id);
      else if (state !== 'running') await startWhenSafe(runtime, live, node);
    });
  } catch (error) {
    throw notRestored('not-restored', `${node.id} was taken down and could not be put back safely`, {
      why: [messageOf(error), error instanceof OperatorError ? error.why : undefined]
        .filter(Boolean)
        .join('\n'),
      hint: `${command('status', cluster)}, then ${command(`start ${node.id}`, cluster)} (--as-crashed accepts that its data may be lost)`,
      cause: error,
    });
  }
}
