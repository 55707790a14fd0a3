import { mkdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../../src/clock.js';
import { until } from '../../../src/until.js';
import { tell } from '../both-commands.js';
import type { RedisServer } from '../redis.js';

/** What a data node has for a setting. */
const settingOf = async (server: RedisServer, name: string): Promise<string> =>
  (await tell(server, `CONFIG GET ${name}`)).trim().split('\n')[1] ?? '';

const snapshotOf = async (server: RedisServer): Promise<string> =>
  join(await settingOf(server, 'dir'), 'dump.rdb');

/** A directory where the snapshot should be: not even root can rename a file onto it. */
export async function failSaves(server: RedisServer): Promise<void> {
  await tell(server, 'CONFIG SET save "3600 1"');
  await rm(await snapshotOf(server), { force: true });
  await mkdir(await snapshotOf(server));
  await tell(server, 'BGSAVE');
}

export async function saveAgain(server: RedisServer): Promise<void> {
  await rmdir(await snapshotOf(server));
  await tell(server, 'BGSAVE');
  await until(async () => ((await tell(server, 'PING')).includes('PONG') ? true : undefined), {
    clock: systemClock,
    everyMs: 50,
    deadlineMs: 30_000,
  });
  await tell(server, 'CONFIG SET save ""');
}
