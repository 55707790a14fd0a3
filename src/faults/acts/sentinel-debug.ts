import { WireError } from '../../wire/client.js';
import { parseRecord } from '../../wire/replies.js';
import type { ActOf, Actor, Scene } from '../act.js';
import { call, cli, impossible, placed, requireRunning } from '../scene.js';
import { words } from './config.js';

/** SENTINEL DEBUG at one sentinel: its periods and time-outs. It is never written down: a restart forgets it. */
export const sentinelDebug: Actor<ActOf<'sentinel-debug'>> = {
  describe: (scene, { node, set }) => `${placed(scene, node)}: SENTINEL DEBUG ${words(set)}`,
  describeUndo: (_scene, { node, set, was }) =>
    `${node}: SENTINEL DEBUG ${was === undefined ? `${Object.keys(set).join(', ')} as they were` : words(was)}`,
  commands: (scene, { node, was = {} }) => [cli(scene, node, 'SENTINEL', 'DEBUG', ...flat(was))],
  async prepare(scene, act) {
    await requireRunning(scene, act.node);
    const has = await debugOf(scene, act.node);
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
  async verify(scene, { node, was = {} }) {
    const now = await debugOf(scene, node);
    const wrong = Object.keys(was).filter((name) => now[name.toUpperCase()] !== was[name]);
    return wrong.length === 0
      ? null
      : `${node} has ${wrong.map((name) => `${name} ${now[name.toUpperCase()]} instead of ${was[name]}`).join(', ')}`;
  },
};

const flat = (values: Record<string, string>): string[] => Object.entries(values).flat();

/** Names in capitals, as the server gives them (sentinel.c, addReplySentinelDebugInfo). */
async function debugOf({ live }: Scene, id: string): Promise<Record<string, string>> {
  try {
    const record = parseRecord(await call(live, id, 'SENTINEL', 'DEBUG'));
    return Object.fromEntries([...record].map(([name, value]) => [name.toUpperCase(), value]));
  } catch (error) {
    if (!(error instanceof WireError) || error.silence.kind !== 'error') throw error;
    throw impossible(`${id} can not be tuned: ${error.reply}`, 'SENTINEL DEBUG is there since Redis 7.0');
  }
}
