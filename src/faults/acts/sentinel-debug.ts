import { WireError } from '../../wire/client.js';
import { parseRecord } from '../../wire/replies.js';
import type { ActContext, ActHandler, ActOf } from '../act.js';
import { call, cli, impossible, placed, requireRunning } from '../context.js';
import { words } from './config.js';

/** SENTINEL DEBUG at one sentinel: its periods and time-outs. It is never written down: a restart forgets it. */
export const sentinelDebug: ActHandler<ActOf<'sentinel-debug'>> = {
  describe: (context, { node, set }) => `${placed(context, node)}: SENTINEL DEBUG ${words(set)}`,
  describeUndo: (_context, { node, set, was }) =>
    `${node}: SENTINEL DEBUG ${was === undefined ? `${Object.keys(set).join(', ')} restored` : words(was)}`,
  commands: (context, { node, was = {} }) => [cli(context, node, 'SENTINEL', 'DEBUG', ...flat(was))],
  async prepare(context, act) {
    await requireRunning(context, act.node);
    const has = await debugOf(context, act.node);
    const unknown = Object.keys(act.set).filter((name) => has[name.toUpperCase()] === undefined);
    if (unknown.length > 0)
      throw impossible(`${act.node} has no ${unknown.join(', ')}`, `it knows ${Object.keys(has).join(', ')}`);
    const was = Object.fromEntries(Object.keys(act.set).map((name) => [name, has[name.toUpperCase()] ?? '']));
    return { ...act, was };
  },
  async inject({ live }, { node, set }) {
    await call(live, node, 'SENTINEL', 'DEBUG', ...flat(set));
  },
  async undo({ live }, { node, was = {} }) {
    await call(live, node, 'SENTINEL', 'DEBUG', ...flat(was));
  },
  async verify(context, { node, was = {} }) {
    const now = await debugOf(context, node);
    const wrong = Object.keys(was).filter((name) => now[name.toUpperCase()] !== was[name]);
    return wrong.length === 0
      ? null
      : `${node} has ${wrong.map((name) => `${name} ${now[name.toUpperCase()]} instead of ${was[name]}`).join(', ')}`;
  },
};

const flat = (values: Record<string, string>): string[] => Object.entries(values).flat();

/** Names in capitals, as the server gives them (sentinel.c, addReplySentinelDebugInfo). */
async function debugOf({ live }: ActContext, id: string): Promise<Record<string, string>> {
  try {
    const record = parseRecord(await call(live, id, 'SENTINEL', 'DEBUG'));
    return Object.fromEntries([...record].map(([name, value]) => [name.toUpperCase(), value]));
  } catch (error) {
    if (!(error instanceof WireError) || error.silence.kind !== 'error') throw error;
    throw impossible(`${id} cannot be tuned: ${error.reply}`, 'SENTINEL DEBUG needs Redis 7.0 or later');
  }
}
