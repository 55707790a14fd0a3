import { withNode } from '../../cluster/ask.js';
import type { ActContext, ActHandler, ActOf } from '../act.js';
import { cli, configOf, impossible, nodeOf, placed, requireRunning } from '../context.js';

/** CONFIG SET on a data node. */
export const config: ActHandler<ActOf<'config'>> = {
  describe: (context, { node, set }) => `${placed(context, node)}: CONFIG SET ${words(set)}`,
  describeUndo: (_context, { node, set, was }) =>
    `${node}: CONFIG SET ${was === undefined ? `${Object.keys(set).join(', ')} restored` : words(was)}, CONFIG REWRITE`,
  commands: (context, { node, was = {} }) => [
    ...Object.entries(was).map(([name, value]) => cli(context, node, 'CONFIG', 'SET', name, value)),
    cli(context, node, 'CONFIG', 'REWRITE'),
  ],
  async prepare(context, act) {
    await requireRunning(context, act.node);
    const was = await configOf(context.live, act.node, Object.keys(act.set));
    const unknown = Object.keys(act.set).filter((name) => was[name] === undefined);
    if (unknown.length === 0) return { ...act, was };
    throw impossible(`${act.node} has no setting ${unknown.join(', ')}`, 'CONFIG GET does not know it');
  },
  inject: ({ live }, { node, set }) => tell(live, node, set, false),
  // In its file as well: Sentinel has every node that it reconfigures write down what it has (sentinel.c,
  // sentinelSendSlaveOf: CONFIG REWRITE), and that may have been what was meant for a while.
  undo: ({ live }, { node, was = {} }) => tell(live, node, was, true),
  async verify({ live }, { node, was = {} }) {
    const now = await configOf(live, node, Object.keys(was));
    const wrong = Object.keys(was).filter((name) => now[name] !== was[name]);
    return wrong.length === 0
      ? null
      : `${node} has ${wrong.map((name) => `${name} ${now[name] || '""'} instead of ${was[name] || '""'}`).join(', ')}`;
  },
};

/** Sets every value, and has the server write its file where that is asked for. Throws WireError. */
export async function tell(
  live: ActContext['live'],
  id: string,
  values: Record<string, string>,
  rewrite: boolean,
): Promise<void> {
  await withNode(nodeOf(live.plan, id), live.asking, async (connection) => {
    for (const [name, value] of Object.entries(values)) await connection.call('CONFIG', 'SET', name, value);
    if (rewrite) await connection.call('CONFIG', 'REWRITE');
  });
}

/** `replica-priority 0, save ""`. */
export const words = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value === '' ? '""' : value}`)
    .join(', ');
