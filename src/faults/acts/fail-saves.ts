import { withNode } from '../../cluster/ask.js';
import { failed } from '../../errors.js';
import { until } from '../../until.js';
import { type Connection, WireError } from '../../wire/client.js';
import { parseInfo } from '../../wire/info.js';
import type { ActContext, ActHandler, ActOf } from '../act.js';
import { cli, configOf, nodeOf, placed, requireRunning } from '../context.js';
import { tell, words } from './config.js';

/** A save point at all, since without one a save that failed stops no write (server.c, writeCommandsDeniedByDiskError). */
const SET = { save: '3600 1', 'stop-writes-on-bgsave-error': 'yes' };
/**
 * Since 7.0 a replica ends itself at a write that it cannot save (server.c, processCommand: serverPanic), and the node
 * may become one while its saves fail.
 */
const STAYS = 'replica-ignore-disk-write-errors';
const setAt = (was: Record<string, string> = {}): Record<string, string> =>
  STAYS in was ? { [STAYS]: 'yes', ...SET } : SET;

const SAVE_BOUND_MS = 30_000;
const LOOK_EVERY_MS = 50;

/**
 * Saves that fail, as on a full disk: a directory stands in the place of the dump file, which stops root's servers too,
 * since a file is never renamed over a directory (rename(2), EISDIR). From then on writes and PING are answered with
 * -MISCONF.
 */
export const failSaves: ActHandler<ActOf<'fail-saves'>> = {
  describe: (context, { node, was }) =>
    `${placed(context, node)}: a directory instead of dump.rdb, CONFIG SET ${words(setAt(was))}, BGSAVE`,
  describeUndo: (_context, { node, was }) =>
    `${node}: the directory is removed, a BGSAVE proves it, CONFIG SET ${was === undefined ? `${Object.keys(SET).join(', ')} restored` : words(was)}, CONFIG REWRITE`,
  commands: (context, { node, was = {} }) => [
    `rmdir dump.rdb  # in the working directory of ${node}`,
    cli(context, node, 'BGSAVE'),
    ...Object.entries(was).map(([name, value]) => cli(context, node, 'CONFIG', 'SET', name, value)),
    cli(context, node, 'CONFIG', 'REWRITE'),
  ],
  async prepare(context, act) {
    await requireRunning(context, act.node);
    await context.live.host.requireAble(act.node, 'blockDump');
    return { ...act, was: await configOf(context.live, act.node, [STAYS, ...Object.keys(SET)]) };
  },
  async inject({ live }, { node, was }) {
    await live.host.blockDump(node, true);
    await tell(live, node, setAt(was), false);
    await withNode(nodeOf(live.plan, node), live.asking, async (connection) => {
      if ((await save(live, connection)) === 'err') return;
      throw failed('act-failed', `${node} still saves`, {
        why: 'a directory at the path of its dump file did not stop it',
      });
    });
  },
  async undo({ live }, { node, was = {} }) {
    // First, and also where the server is down: it could not start with a dump file that is a directory.
    await live.host.blockDump(node, false);
    await withNode(nodeOf(live.plan, node), live.asking, async (connection) => {
      if ((await save(live, connection)) === 'ok') return;
      throw failed('act-failed', `the saves of ${node} still fail`, {
        hint: `sentinelctl logs ${node} --tail 20`,
      });
    });
    await tell(live, node, was, true);
  },
  async verify({ live }, { node, was = {} }) {
    const info = await withNode(nodeOf(live.plan, node), live.asking, (c) => c.call('INFO', 'persistence'));
    if (parseInfo(info).get('rdb_last_bgsave_status') !== 'ok') return `the last save of ${node} failed`;
    const now = await configOf(live, node, Object.keys(was));
    const wrong = Object.keys(was).find((name) => now[name] !== was[name]);
    return wrong === undefined
      ? null
      : `${node} has ${wrong} ${now[wrong] || '""'} instead of ${was[wrong] || '""'}`;
  },
};

/** Saves in the background, waits for its end, and answers how it ended. Throws WireError. */
async function save({ asking }: ActContext['live'], connection: Connection): Promise<string> {
  const waiting = { clock: asking.clock, everyMs: LOOK_EVERY_MS, deadlineMs: SAVE_BOUND_MS };
  const seen = async (): Promise<string | undefined> => {
    const info = parseInfo(await connection.call('INFO', 'persistence'));
    return info.get('rdb_bgsave_in_progress') === '0' ? info.get('rdb_last_bgsave_status') : undefined;
  };
  await until(async () => {
    try {
      await connection.call('BGSAVE');
      return true;
    } catch (error) {
      // Another child, of a replication or of an AOF rewrite, is not over yet.
      if (error instanceof WireError && /in progress|child/i.test(error.reply ?? '')) return undefined;
      throw error;
    }
  }, waiting);
  return (await until(seen, waiting)) ?? 'running';
}
