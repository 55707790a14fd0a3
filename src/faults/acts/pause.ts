import { driverFacts } from '../../model/drivers.js';
import type { ActContext, ActHandler, ActOf } from '../act.js';
import { bringBack, thaw } from '../bring-back.js';
import { isByCommand, nodeOf, placed, requireRunning } from '../context.js';

/** A frozen server: SIGSTOP, or the engine's freezer. */
export const pause: ActHandler<ActOf<'pause'>> = {
  describe: (context, { node }) =>
    isByCommand(context)
      ? `the pause command at ${placed(context, node)}`
      : isProcess(context)
        ? `SIGSTOP to ${placed(context, node)}`
        : `pause of the container of ${placed(context, node)}`,
  describeUndo: (context, { node }) =>
    isByCommand(context)
      ? `the resume command at ${node}`
      : isProcess(context)
        ? `SIGCONT to ${node}`
        : `unpause of the container of ${node}`,
  // `resume` refuses while the journal is open; recover thaws it.
  commands: () => [],
  async prepare(context, act) {
    await requireRunning(context, act.node);
    await context.live.host.requireAble(act.node, 'pause');
    return act;
  },
  inject: ({ live }, { node }) => live.host.pause(node),
  async undo(context, { node }) {
    const { host, plan } = context.live;
    const planned = nodeOf(plan, node);
    const { state } = await host.inspect(node);
    // It ran when it was frozen; the machine, or an operator, has ended it since.
    if (state !== 'paused') await bringBack(context, planned);
    else if (context.guarded === true && planned.kind === 'redis') await thaw(context, planned);
    else await host.resume(node);
  },
  async verify({ live }, { node }) {
    const { state, detail } = await live.host.inspect(node);
    return state === 'running' ? null : `${node} is ${state} (${detail})`;
  },
};

const isProcess = ({ live }: Pick<ActContext, 'live'>): boolean =>
  driverFacts(live.plan.driver).container === null;
