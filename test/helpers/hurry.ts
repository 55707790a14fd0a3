import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WireError } from '../../src/wire/error.js';
import { ask, nodesOf } from './inside.js';

/**
 * By default a sentinel asks each node for INFO every 10 s and announces itself every 2 s, and corrects a master that
 * came back after four announcements (sentinel.c: sentinel_info_period, sentinel_publish_period). Here ten and four times
 * as often, in milliseconds.
 */
const PERIODS = ['info-period', 1000, 'publish-period', 500];

/**
 * Lets the sentinels of every cluster in a state directory hear news soon, for a test in which no time is asserted. A
 * sentinel that is started again has its own periods again, and a server that knows no SENTINEL DEBUG keeps them.
 */
export async function hurrySentinels(home: string): Promise<void> {
  const clusters = join(home, 'clusters');
  const names = existsSync(clusters) ? await readdir(clusters) : [];
  await Promise.all(
    names
      .filter((name) => existsSync(join(clusters, name, 'cluster.json')))
      .map(async (name) => {
        const nodes = await nodesOf({ home }, name);
        await Promise.all(nodes.filter(({ kind }) => kind === 'sentinel').map(hurry));
      }),
  );
}

async function hurry(sentinel: Parameters<typeof ask>[0]): Promise<void> {
  try {
    await ask(sentinel, ['SENTINEL', 'DEBUG', ...PERIODS]);
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
  }
}
