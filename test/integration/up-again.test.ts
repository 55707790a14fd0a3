import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UpResult } from '../../src/cluster/up/result.js';
import { type Cli, openCli, type RunOptions } from '../helpers/cli.js';
import { askNode, nodesOf, pidsOf, writeKeys, writtenToDisk } from '../helpers/inside.js';
import { statusOf } from '../helpers/main-road.js';
import { QUIET, QUIET_MS } from '../helpers/quiet.js';
import { leftBehind, refusal } from '../helpers/refusal.js';

/** One cluster, brought up again and again from whatever was done to it. */
let cli: Cli;
beforeAll(async () => {
  cli = await openCli();
});
afterAll(() => cli?.close());

async function up(...words: string[]): Promise<UpResult & { said: string }> {
  return upBy(undefined, ...words);
}
async function upBy(
  options: RunOptions | undefined,
  ...words: string[]
): Promise<UpResult & { said: string }> {
  const ran = await cli.run(['up', '--json', ...words], options);
  expect(ran.code, ran.stderr).toBe(0);
  return { ...(ran.json() as UpResult), said: ran.stderr };
}
const run = async (...words: string[]): Promise<void> => {
  const ran = await cli.run(words);
  expect(ran.code, ran.stderr).toBe(0);
};
const expectHealthy = async (): Promise<void> => {
  const { code, status } = await statusOf(cli);
  expect(status.problems).toEqual([]);
  expect(code).toBe(0);
};

describe('up', () => {
  it('proves that it converged, and its servers outlive it', async () => {
    const result = await upBy({ via: [] }, '--driver', 'process', '--port', 'auto', ...QUIET);
    expect(result).toMatchObject({
      cluster: 'default',
      driver: 'process',
      masterName: 'mymaster',
      master: { id: 'redis-1', host: '127.0.0.1' },
      alreadyUp: false,
      routable: true,
      natMap: null,
    });
    expect(result.replicas.map((r) => r.id)).toEqual(['redis-2', 'redis-3']);
    expect(result.sentinels.map((s) => s.id)).toEqual(['sentinel-1', 'sentinel-2', 'sentinel-3']);
    expect(result.convergedMs).toBeGreaterThan(0);
    await expectHealthy();
  });

  it('again changes nothing and says so', async () => {
    const before = await pidsOf(cli);
    expect(await up()).toMatchObject({ alreadyUp: true, convergedMs: 0, master: { id: 'redis-1' } });
    expect(await up('--replicas', '2', '--port', 'auto', '--down-after', `${QUIET_MS}ms`)).toMatchObject({
      alreadyUp: true,
    });
    expect((await cli.run(['up'])).stdout).toContain('already up');
    expect(await pidsOf(cli)).toEqual(before);
  });

  it('with other options is refused, and says which differ', async () => {
    const before = await pidsOf(cli);
    const words = [
      'up',
      '--replicas',
      '3',
      '--down-after',
      '2s',
      '--master-name',
      'other',
      '--persistence',
      'all',
    ];
    const { plain } = await refusal(cli, words, {
      exit: 3,
      code: 'options-differ',
      says: 'sentinelctl up # without these options keeps it; another one: --cluster NAME',
    });
    for (const said of [
      '--replicas is 2, asked for 3',
      '--down-after is 25s, asked for 2s',
      '--master-name is mymaster, asked for other',
      '--persistence is procedure, asked for all',
    ])
      expect(plain.stderr).toContain(said);
    expect(plain.stderr).not.toContain('sentinelctl down');
    await refusal(cli, ['up', '--driver', 'docker'], {
      exit: 3,
      code: 'options-differ',
      says: '--driver is process',
    });
    const conf = ['up', '--redis-conf', 'maxmemory=100mb'];
    await refusal(cli, conf, { exit: 3, code: 'options-differ', says: 'maxmemory' });
    const secret = join(cli.home, 'secret');
    await writeFile(secret, 'a-password');
    const locked = await refusal(cli, ['up', '--password-file', secret], {
      exit: 3,
      code: 'options-differ',
      says: '--password-file is not set',
    });
    expect(locked.plain.stderr + locked.document.stdout).not.toContain('a-password');
    expect(await pidsOf(cli)).toEqual(before);
  });

  it('finishes what is half-up, and leaves alone what runs', async () => {
    const before = await pidsOf(cli);
    await run('kill', 'redis-3');
    await run('kill', 'sentinel-2');
    expect((await statusOf(cli)).code).toBe(1);
    expect(await up()).toMatchObject({ alreadyUp: false, master: { id: 'redis-1' } });
    const after = await pidsOf(cli);
    const changed = Object.keys(after).filter((id) => after[id] !== before[id]);
    expect(changed.sort()).toEqual(['redis-3', 'sentinel-2']);
    await expectHealthy();
  });

  it('starts all sentinels when none is left: the one node that says master is believed', async () => {
    for (const n of [1, 2, 3]) await run('kill', `sentinel-${n}`);
    expect(await up()).toMatchObject({ alreadyUp: false, master: { id: 'redis-1' } });
    await expectHealthy();
  });

  it('names a frozen node as what is in the way', async () => {
    await run('pause', 'redis-2');
    const expected = { exit: 3, code: 'half-up', says: 'sentinelctl resume redis-2' };
    const { plain } = await refusal(cli, ['up'], expected);
    expect(plain.stderr).toContain('redis-2 is paused');
    await run('resume', 'redis-2');
    expect(await up()).toMatchObject({ alreadyUp: true });
  });

  it('after everything was killed starts from the data of a replica, not from the empty master', async () => {
    await writeKeys(cli, 'redis-1', 100, 2);
    for (const pid of Object.values(await pidsOf(cli))) process.kill(pid, 'SIGKILL');
    // A killed process may still be seen running for a moment.
    await expect
      .poll(async () => (await leftBehind(cli.home)).filter((left) => left.startsWith('pid')), {
        timeout: 30_000,
      })
      .toEqual([]);
    const { master, said } = await up();
    expect(master.id).toMatch(/redis-[23]/);
    expect(said.replace(/\s+/g, ' ')).toContain(
      `${master.id} becomes the master (no other node that writes to disk has more keys), and the other nodes copy its data; ` +
        'keys on disk: redis-1 0, redis-2 100, redis-3 100',
    );
    await expectHealthy();
    for (const n of [1, 2, 3]) expect(await askNode(cli, `redis-${n}`, 'DBSIZE')).toBe(100);
    expect(await askNode(cli, 'redis-1', 'GET', 'key:100')).toBe('value:100');
  });

  it('after everything was killed believes the last master, not a replica that was down before and holds more', async () => {
    const { master } = await up();
    const stale = master.id === 'redis-2' ? 'redis-3' : 'redis-2';
    await run('kill', stale);
    await askNode(cli, master.id, 'DEL', ...Array.from({ length: 50 }, (_, i) => `key:${i + 1}`));
    await askNode(cli, master.id, 'SET', 'key:100', 'newer');
    await writtenToDisk((await nodesOf(cli)).filter(({ id }) => id === master.id));
    for (const node of await nodesOf(cli)) if (node.id !== stale) await run('kill', node.id);
    const again = await up();
    expect(again.master.id).toBe(master.id);
    await expectHealthy();
    for (const n of [1, 2, 3]) expect(await askNode(cli, `redis-${n}`, 'GET', 'key:100')).toBe('newer');
    await writeKeys(cli, master.id, 100, 2);
  });

  it('after down --keep-data has the data again', async () => {
    const { master } = await up();
    const ran = await cli.run(['down', '--keep-data', '--json']);
    expect(ran.json()).toMatchObject({ removed: { processes: 6 }, keptData: true });
    expect((await leftBehind(cli.home)).filter((left) => left.startsWith('pid'))).toEqual([]);
    expect((await cli.run(['list', '--json'])).json().clusters).toMatchObject([
      { state: 'data kept', running: 0 },
    ]);
    expect((await statusOf(cli)).code).toBe(5);

    expect(await up()).toMatchObject({ alreadyUp: false });
    await expectHealthy();
    expect(await askNode(cli, master.id, 'DBSIZE')).toBe(100);
    expect(await askNode(cli, 'redis-1', 'DBSIZE')).toBe(100);
  });

  it('after down has nothing left to start from', async () => {
    await run('down');
    expect(await leftBehind(cli.home)).toEqual([]);
    await refusal(cli, ['status'], { exit: 3, code: 'cluster-unknown', says: 'sentinelctl up' });
    expect(await up('--driver', 'process', '--port', 'auto')).toMatchObject({ alreadyUp: false });
    expect(await askNode(cli, 'redis-1', 'DBSIZE')).toBe(0);
  });
});
