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
  inject: ({ live }, { node }) => live.driver.pause(node),
  async undo(scene, { node }) {
    const { driver, plan } = scene.live;
    const { state } = await driver.inspect(node);
    if (state === 'paused') await driver.resume(node);
    // It ran when it was frozen; the machine, or somebody, has ended it since.
    else await bringBack(scene, nodeOf(plan, node));
  },
  async verify({ live }, { node }) {
    const { state, detail } = await live.driver.inspect(node);
    return state === 'running' ? null : `${node} is ${state} (${detail})`;
  },
};
