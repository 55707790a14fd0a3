import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { shell } from '../helpers/doctor.js';
import { ask, nodesOf } from '../helpers/inside.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';
import { refusal } from '../helpers/refusal.js';

let cli: Cli;
let other: RedisServer | undefined;
beforeAll(async () => {
  cli = await openCli();
  const settings = ['--driver', 'process', '--port', 'auto', '--down-after', '10m', '--persistence', 'all'];
  const up = await cli.run(['up', ...settings]);
  expect(up.code, up.stderr).toBe(0);
});
afterAll(async () => {
  await other?.stop();
  await cli?.close();
});

it('a server that took the port of a dead node is not called by its name', async () => {
  const port = (await nodesOf(cli)).find(({ id }) => id === 'redis-2')?.endpoint.port ?? 0;
  expect((await cli.run(['kill', 'redis-2'])).code).toBe(0);
  other = await startRedis({ port });
  const who = `pid ${other.pid}, `;
  for (const command of ['status', 'doctor']) {
    const ran = await cli.run([command, '--json']);
    expect(ran.code).toBe(1);
    expect(ran.json().verdict).toMatchObject({
      word: 'DEGRADED',
      cause: `redis-2 is down, and another server answers at 127.0.0.1:${port}`,
      next: expect.stringContaining(
        `sentinelctl start redis-2  # once the other server is moved to another port: ${who}`,
      ),
    });
  }
  const { masters } = (await cli.run(['status', '--json'])).json();
  expect(masters[0].nodes).toContainEqual(
    expect.objectContaining({
      ...{ id: 'redis-2', reachable: false, role: 'unknown' },
      error: expect.stringMatching(/^is not the server that answers at its address \(pid \d+, /),
    }),
  );
  await refusal(cli, ['start', 'redis-2'], { exit: 3, code: 'port-taken', says: 'end what listens there' });
  await other.stop();
  expect((await cli.run(['start', 'redis-2'])).code).toBe(0);
});

const KEYS = 200;
const nodeCalled = async (id: string) => {
  const node = (await nodesOf(cli)).find((n) => n.id === id);
  if (node === undefined) throw new Error(`there is no ${id}`);
  return node;
};
const eventually = async <T>(what: () => Promise<T | undefined>): Promise<T> => {
  const seen = await until(what, { clock: systemClock, everyMs: 200, deadlineMs: 120_000 });
  if (seen === undefined) throw new Error('it did not become so');
  return seen;
};
const holds = async (id: string): Promise<unknown> => ask(await nodeCalled(id), ['DBSIZE']);
const isHealthy = () => eventually(async () => ((await cli.run(['status'])).code === 0 ? true : undefined));
const fixOf = (json: { problems: { id: string; fix: string }[] }): string[] =>
  (json.problems.find(({ id }) => id === 'master-foreign')?.fix ?? '').split('\n');

/** Another server takes the port of the master at once, its replicas copy it, and a client writes to it. */
async function takenOver(): Promise<string[]> {
  const { port } = (await nodeCalled('redis-1')).endpoint;
  expect((await cli.run(['kill', 'redis-1'])).code).toBe(0);
  other = await startRedis({ port });
  const foreign = await nodeCalled('redis-1');
  await ask(foreign, ['SET', 'new', '1']);
  await eventually(async () =>
    (await Promise.all(['redis-2', 'redis-3'].map(holds))).every((keys) => keys === 1) ? true : undefined,
  );
  const who = `pid ${other.pid}, `;
  const fixes: string[][] = [];
  for (const command of ['status', 'doctor']) {
    const ran = await cli.run([command, '--json']);
    expect(ran.code, command).toBe(1);
    const cause = `redis-1 (master) is down, and another server answers at 127.0.0.1:${port}, which clients write to`;
    const next = expect.stringContaining(`sentinelctl explain master-foreign  # ${who}`);
    expect(ran.json().verdict).toMatchObject({ word: 'AT RISK', cause, next });
    if (command === 'status') fixes.push(fixOf(ran.json()));
  }
  const json = (await cli.run(['status', '--json'])).json();
  expect(json.problems.map(({ id }: { id: string }) => id)).not.toContain('data-gone');
  expect(json.problems).toContainEqual(
    expect.objectContaining({
      id: 'master-foreign',
      evidence: expect.stringMatching(/holds 1 key; redis-2 and redis-3 copied that server, /),
    }),
  );
  return (fixes[0] ?? []).filter((line) => !line.startsWith('#') && !line.includes(' explain '));
}

it('a server that took the port of a dead master is named, and the node comes back with its own file', async () => {
  for (let i = 0; i < KEYS; i += 1) await ask(await nodeCalled('redis-1'), ['SET', `key:${i}`, i]);
  const [end = '', start = '', ...more] = await takenOver();
  expect(more).toEqual([]);
  await shell(end);
  expect((await cli.run(start.split(' ').slice(1))).code).toBe(0);
  await isHealthy();
  expect(await Promise.all(['redis-1', 'redis-2', 'redis-3'].map(holds))).toEqual([KEYS, KEYS, KEYS]);
});

it('the same of a master that writes no file: a replica is promoted, with what it copied', async () => {
  const master = await nodeCalled('redis-1');
  await ask(master, ['CONFIG', 'SET', 'appendonly', 'no']);
  await ask(master, ['CONFIG', 'REWRITE']);
  const [end = '', start = ''] = await takenOver();
  for (const sentinel of (await nodesOf(cli)).filter(({ kind }) => kind === 'sentinel'))
    await ask(sentinel, ['SENTINEL', 'SET', 'mymaster', 'down-after-milliseconds', '3000']);
  await shell(end);
  const words = start.split(' ').slice(1);
  await refusal(cli, words, { exit: 3, code: 'would-come-back-empty', says: 'wait for the failover' });
  await eventually(async () => ((await cli.run(words)).code === 0 ? true : undefined));
  await isHealthy();
  expect(await Promise.all(['redis-1', 'redis-2', 'redis-3'].map(holds))).toEqual([1, 1, 1]);
});
