import type { ActOf, Actor } from '../act.js';
import { bringBack } from '../bring-back.js';
import { nodeOf, placed, requireRunning } from '../scene.js';

/** A frozen server: SIGSTOP, or the engine's freezer. */
export const pause: Actor<ActOf<'pause'>> = {
  describe: (scene, { node }) => `${placed(scene, node)} is frozen`,
  describeUndo: (_scene, { node }) => `${node} is thawed`,
  // `resume` refuses while the journal is open; recover thaws it.
  commands: () => [],
  async prepare(scene, act) {
    await requireRunning(scene, act.node);
    return act;
  },
  inject: ({ live }, { node }) => live.host.pause(node),
  async undo(scene, { node }) {
    const { host, plan } = scene.live;
    const { state } = await host.inspect(node);
    if (state === 'paused') await host.resume(node);
    // It ran when it was frozen; the machine, or somebody, has ended it since.
    else await bringBack(scene, nodeOf(plan, node));
  },
  async verify({ live }, { node }) {
    const { state, detail } = await live.host.inspect(node);
    return state === 'running' ? null : `${node} is ${state} (${detail})`;
  },
};
