import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { UpResult } from '../../src/cluster/up/result.js';
import { until } from '../../src/until.js';
import { openConnection } from '../../src/wire/client.js';
import { type Cli, openCli, type Ran } from '../helpers/cli.js';
import { setDownAfter } from '../helpers/inside.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { refusal } from '../helpers/refusal.js';
import { hasTmux, openTerminal } from '../helpers/tmux.js';

const LONG_MS = 600_000;

let cli: Cli;
beforeAll(async () => {
  cli = await openCli();
});
afterAll(() => cli?.close());

async function ask(port: number, ...words: [string, ...string[]]): Promise<unknown> {
  const connection = await openConnection(
    { host: '127.0.0.1', port },
    { clock: systemClock, deadlineMs: 30_000 },
  );
  try {
    return await connection.call(...words);
  } finally {
    connection.close();
  }
}

const settled = (look: () => Promise<boolean>): Promise<true | undefined> =>
  until(async () => ((await look()) ? true : undefined), {
    clock: systemClock,
    everyMs: 500,
    deadlineMs: LONG_MS,
  });

it('brings kept data back as it was last, not as a node without persistence once copied it', async () => {
  const up = ['up', '--driver', 'process', '--port', 'auto', '--down-after', '2s', '--json', '--quiet'];
  const first = (await cli.run(up)).json() as UpResult;
  await ask(first.master.port, 'SET', 'greeting', 'old');
  // redis-1, which writes nothing to disk by itself, comes back as a replica: the resync leaves a file there.
  expect((await cli.run(['restart', 'master', '--quiet'])).code).toBe(0);
  expect(await settled(async () => (await cli.run(['status', '--quiet'])).code === 0)).toBe(true);
  await setDownAfter(cli, QUIET_MS);
  const now = (await cli.run(['master-addr', '--json'])).json() as { port: number };
  expect(now.port).not.toBe(first.master.port);
  await ask(now.port, 'SET', 'greeting', 'new');
  expect(await ask(now.port, 'WAIT', '2', '60000')).toBe(2);

  // Keys of every database count: DBSIZE would call this cluster empty.
  await ask(now.port, 'SWAPDB', '0', '1');
  const kept = await cli.run(['down', '--keep-data', '--quiet']);
  expect(kept.code, kept.stderr).toBe(0);
  expect(kept.stdout).toMatch(/data kept: 1 key, [\d.]+ (bytes|KiB) on disk/);
  expect(kept.stdout.replace(/\s+/g, '')).toContain(
    `keptin${join(cli.home, 'clusters', 'default', 'nodes')}`,
  );
  // The last master is not redis-1, and none of them is taken for it.
  const says = async (command: string) => (await cli.run([command])).stdout.split('\n');
  const doctor = await says('doctor');
  expect(doctor[0]).toMatch(/^DOWN {2}mymaster: no writes: stopped, data kept$/);
  expect((await says('status'))[0]).toBe(doctor[0]);
  expect(doctor.join('\n')).toContain('down --keep-data stopped it; up starts it with the same data');
  const again = (await cli.run(['up', '--json', '--quiet'])).json() as UpResult;
  await setDownAfter(cli, QUIET_MS);
  await ask(again.master.port, 'SWAPDB', '0', '1');
  expect(await ask(again.master.port, 'GET', 'greeting')).toBe('new');

  // A key that was deleted stays deleted, although redis-1's file of its last resync still has it.
  await ask(again.master.port, 'DEL', 'greeting');
  expect(await ask(again.master.port, 'WAIT', '2', '60000')).toBe(2);
  expect((await cli.run(['down', '--keep-data', '--quiet'])).code).toBe(0);
  const emptied = (await cli.run(['up', '--json', '--quiet'])).json() as UpResult;
  expect(emptied.master.id).toBe(again.master.id);
  expect(await ask(emptied.master.port, 'EXISTS', 'greeting')).toBe(0);
  const down = await cli.run(['down', '--quiet', '--output', 'tsv']);
  expect(down.code, down.stderr).toBe(0);
  const removed = ['processes', 'containers', 'networks', 'volumes'].map((what) => `removed.${what}`);
  expect(down.stdout.split('\n')).toEqual([
    ['cluster', ...removed, 'keptData', 'data.bytes'].join('\t'),
    expect.stringMatching(/^default\t6\t0\t0\t0\tfalse\t\d+$/),
    '',
  ]);
});

describe('kept data is deleted only when that was said', () => {
  const down = (...words: string[]): Promise<Ran> => cli.run(['down', ...words]);
  const keep = async (): Promise<void> => {
    const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', '--quiet']);
    expect(up.code, up.stderr).toBe(0);
    expect((await cli.run(['down', '--keep-data', '--quiet'])).code).toBe(0);
  };
  const dumps = async (): Promise<string[]> =>
    (await readdir(join(cli.home, 'clusters', 'default'), { recursive: true }).catch(() => [])).filter(
      (name) => /\.(rdb|aof)$/.test(name),
    );

  it('a second down refuses, and names what would go; keeping it again says what is kept', async () => {
    await keep();
    const stopped = await cli.run(['status']);
    expect(stopped.code).toBe(5);
    expect(stopped.stdout.split('\n')[0]).toContain('stopped, data kept');
    expect(await dumps()).not.toEqual([]);
    const expected = {
      exit: 3,
      code: 'kept-data',
      says: /its data was kept: \d data nodes?, [\d.]+ (bytes|KiB)/,
    };
    const { plain } = await refusal(cli, ['down'], expected);
    expect(plain.stderr).not.toContain('taking');
    expect(plain.stderr).toContain('sentinelctl up # starts it with this data; --delete-data deletes it');
    await refusal(cli, ['down', '--all'], { exit: 3, code: 'not-all-down', says: 'its data was kept' });
    // The answer to a question must be said each time: no file and no variable deletes data.
    await refusal(cli, ['down'], expected, { env: { SENTINELCTL_DELETE_DATA: 'true' } });
    expect(await dumps()).not.toEqual([]);
    const again = await down('--keep-data');
    expect(again.code, again.stderr).toBe(0);
    expect(again.stdout).toMatch(
      /there was nothing to remove, data kept: [\d.]+ (bytes|KiB) on disk, number of keys unknown/,
    );
    await refusal(cli, ['down', '--keep-data', '--delete-data'], { exit: 64, code: 'contradiction' });
  });

  it.each(['--delete-data', '--yes'])('%s deletes it, and says so', async (word) => {
    if ((await dumps()).length === 0) await keep();
    const deleted = await down(word);
    expect(deleted.code, deleted.stderr).toBe(0);
    expect(deleted.stdout.replace(/\s+/g, ' ')).toMatch(
      /nothing ran, kept data deleted \(\d data nodes?, [\d.]+ (bytes|KiB)\)/,
    );
    expect(await dumps()).toEqual([]);
    await refusal(cli, ['down'], { exit: 3, code: 'cluster-unknown' });
  });

  it.skipIf(!hasTmux)('on a terminal it asks: no keeps it, yes deletes it', async () => {
    await keep();
    const terminal = await openTerminal({ home: cli.home });
    try {
      await terminal.run('sentinelctl down');
      await terminal.shows(/deletes the data that default kept: \d data nodes?, [\s\S]*Continue\?/);
      await terminal.press('Enter');
      expect(await terminal.exitCode()).toBe(3);
      expect(await dumps()).not.toEqual([]);
      expect((await cli.run(['up', '--quiet'])).code).toBe(0);
      const { port } = (await cli.run(['master-addr', '--json'])).json() as { port: number };
      await ask(port, 'MSET', 'a', '1', 'b', '2');
      await terminal.run('sentinelctl down');
      await terminal.shows(
        /removes default: 3 data nodes and 3 sentinels, and their data \(2 keys, [\s\S]*Continue\?/,
      );
      await terminal.press('y', 'Enter');
      expect(await terminal.exitCode()).toBe(0);
      expect((await cli.run(['list', '--json'])).json()).toEqual({ clusters: [] });
    } finally {
      await terminal.close();
    }
  });
});
