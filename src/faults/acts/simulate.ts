import { parseInfo } from '../../wire/info.js';
import type { ActOf, Actor, Scene } from '../act.js';
import { bringBack } from '../bring-back.js';
import { call, cli, ctl, nodeOf, placed, requireRunning } from '../scene.js';

/** A sentinel that ends itself, with exit code 99, at one moment of the next failover that it leads. */
export const simulate: Actor<ActOf<'simulate'>> = {
  describe: (scene, { node, at }) => `${placed(scene, node)}: SENTINEL SIMULATE-FAILURE ${at}`,
  describeUndo: (_scene, { node }) => `${node} is started where it has ended, else disarmed`,
  commands: (scene, { node }) => [
    ctl(scene, `logs ${node} --tail 20`),
    cli(scene, node, 'SENTINEL', 'SIMULATE-FAILURE', 'help'),
  ],
  async prepare(scene, act) {
    await requireRunning(scene, act.node);
    return act;
  },
  async inject({ live }, { node, at }) {
    await call(live, node, 'SENTINEL', 'SIMULATE-FAILURE', at);
  },
  async undo(scene, { node }) {
    const { state } = await scene.live.host.inspect(node);
    if (state !== 'running') return bringBack(scene, nodeOf(scene.live.plan, node));
    // The flags are cleared before the words are read (sentinel.c, sentinelCommand), and help sets none.
    await call(scene.live, node, 'SENTINEL', 'SIMULATE-FAILURE', 'help');
  },
  verify: isDisarmed,
};

async function isDisarmed({ live }: Scene, { node }: { node: string }): Promise<string | null> {
  const { state, detail } = await live.host.inspect(node);
  if (state !== 'running') return `${node} is ${state} (${detail})`;
  const info = parseInfo(await call(live, node, 'INFO', 'sentinel'));
  const flags = info.get('sentinel_simulate_failure_flags') ?? '0';
  return flags === '0' ? null : `${node} is still armed (sentinel_simulate_failure_flags ${flags})`;
}
