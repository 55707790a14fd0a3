import { parseInfo } from '../../wire/info.js';
import type { ActContext, ActHandler, ActOf } from '../act.js';
import { bringBack } from '../bring-back.js';
import { call, cli, ctl, nodeOf, placed, requireRunning } from '../context.js';

/** A sentinel that ends itself, with exit code 99, at one moment of the next failover that it leads. */
export const simulate: ActHandler<ActOf<'simulate'>> = {
  describe: (context, { node, at }) => `${placed(context, node)}: SENTINEL SIMULATE-FAILURE ${at}`,
  describeUndo: (_context, { node }) => `${node} is started if it has ended, else disarmed`,
  commands: (context, { node }) => [
    ctl(context, `logs ${node} --tail 20`),
    cli(context, node, 'SENTINEL', 'SIMULATE-FAILURE', 'help'),
  ],
  async prepare(context, act) {
    await requireRunning(context, act.node);
    return act;
  },
  async inject({ live }, { node, at }) {
    await call(live, node, 'SENTINEL', 'SIMULATE-FAILURE', at);
  },
  async undo(context, { node }) {
    const { state } = await context.live.host.inspect(node);
    if (state !== 'running') return bringBack(context, nodeOf(context.live.plan, node));
    // The flags are cleared before the words are read (sentinel.c, sentinelCommand), and help sets none.
    await call(context.live, node, 'SENTINEL', 'SIMULATE-FAILURE', 'help');
  },
  verify: isDisarmed,
};

async function isDisarmed({ live }: ActContext, { node }: { node: string }): Promise<string | null> {
  const { state, detail } = await live.host.inspect(node);
  if (state !== 'running') return `${node} is ${state} (${detail})`;
  const info = parseInfo(await call(live, node, 'INFO', 'sentinel'));
  const flags = info.get('sentinel_simulate_failure_flags') ?? '0';
  return flags === '0' ? null : `${node} is still armed (sentinel_simulate_failure_flags ${flags})`;
}
