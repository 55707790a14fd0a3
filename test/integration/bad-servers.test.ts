import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { askNode } from '../../src/wire/ask.js';
import { type Connection, openConnection } from '../../src/wire/client.js';
import { gatherNode } from '../../src/wire/gather-node.js';
import { type Cli, openCli, type RunOptions, runInside } from '../helpers/cli.js';
import { type Misbehaviour, misbehaving } from '../helpers/fake-server.js';
import { startRedis } from '../helpers/redis.js';
import { expectNoStack, refusal } from '../helpers/refusal.js';

let cli: Cli;
beforeAll(async () => {
  cli = await openCli();
});
afterAll(() => cli?.close());

describe('a sentinel port on which something else answers', () => {
  const SERVERS: [Misbehaviour, says: string][] = [
    ['http', 'speaks HTTP/1.1, not the Redis protocol'],
    ['silence', 'did not answer within'],
    ['endless', 'sends more than 16 MiB without a complete reply'],
    ['chatter', 'not a sentinel'],
    ['garbage', 'does not speak the Redis protocol'],
    ['halfGarbage', 'does not speak the Redis protocol'],
    ['respError', 'ERR unknown command'],
    // Of one server an error says it in the first line, in the words of a verdict.
    ['noauth', 's a password'],
    ['closes', 'closed the connection'],
    ['resets', 'reset'],
    ['denied', 'protected mode'],
    ['echo', 'something other than text'],
  ];

  it.each(SERVERS)('%s', async (name, says) => {
    const server = await misbehaving(name);
    onTestFinished(() => server.close());
    const at = `127.0.0.1:${server.address.port}`;
    // Half of --timeout is waited for an answer; the others end at once, however long that takes here.
    const words = ['--sentinel-addrs', at, '--timeout', name === 'silence' ? '4s' : '60s'];
    // One that wants a password is there.
    const exit = name === 'noauth' ? 2 : 5;
    for (const command of ['master-addr', 'env'])
      await refusal(cli, [command, ...words], { exit, code: 'no-sentinel', says });

    // What can't be reached is a result of status, not a failure of it.
    const status = await runInside(cli.home, ['status', ...words, '--json']);
    expect(status.code).toBe(exit);
    expect(status.json()).toMatchObject({
      healthy: false,
      sentinels: [{ id: at, reachable: false, error: expect.stringContaining(says) }],
    });
    expectNoStack(status);
    expect((await runInside(cli.home, ['status', ...words])).stdout.replace(/\s+/g, ' ')).toContain(says);
  });

  it('nothing listens at all', async () => {
    const words = ['--sentinel-addrs', '127.0.0.1:1'];
    await refusal(cli, ['masters', ...words], { exit: 5, code: 'no-sentinel', says: 'refused' });
    expect((await cli.run(['status', ...words])).code).toBe(5);
  });

  it('a data node’s port is named as such', async () => {
    const redis = await startRedis({ port: 8620 });
    onTestFinished(() => redis.stop());
    const words = ['masters', '--sentinel-addrs', '127.0.0.1:8620'];
    await refusal(cli, words, {
      exit: 5,
      code: 'no-sentinel',
      says: /^error: 127\.0\.0\.1:8620 is not a sentinel\n.* a data node, not a sentinel/,
    });
  });
});

it('a data node that has maxclients connections says so, also where what it says is lost to a reset', async () => {
  const maxclients = 8;
  const redis = await startRedis({ port: 8640, conf: [`maxclients ${maxclients}`] });
  onTestFinished(() => redis.stop());
  const options = { clock: systemClock, deadlineMs: 20_000 };
  const at = redis.address;
  const held: Connection[] = [];
  onTestFinished(() => {
    for (const connection of held) connection.close();
  });
  const isFull = async (): Promise<boolean> => {
    try {
      const connection = await openConnection(at, options);
      held.push(connection);
      await connection.call('PING');
      return false;
    } catch {
      return true;
    }
  };
  while (!(await isFull())) expect(held.length).toBeLessThanOrEqual(maxclients);
  const full = { kind: 'error', message: 'answered: ERR max number of clients reached' };
  const asked = [
    await askNode(at, options),
    await gatherNode({ id: 'redis-1', announce: at, endpoint: at }, options),
  ];
  expect(asked.map(({ silence }) => silence)).toEqual([full, full]);
});

describe('a cluster that wants passwords', () => {
  const DATA_PORT = 8630;
  const SENTINEL = '127.0.0.1:8631';
  const RIGHT = 'correct horse "battery" staple';
  const SENTINELS_OWN = 'another-one';
  const stops: (() => Promise<void>)[] = [];
  let file: (text: string) => Promise<string>;

  beforeAll(async () => {
    const secret = RIGHT.replaceAll('"', '\\"');
    const conf = [`requirepass "${secret}"`, `masterauth "${secret}"`, 'user ops on >ops-secret ~* &* +@all'];
    stops.push((await startRedis({ port: DATA_PORT, conf, password: RIGHT })).stop);
    const monitor = [
      `requirepass ${SENTINELS_OWN}`,
      'user watcher on >watcher-secret ~* &* +@all',
      `sentinel monitor locked 127.0.0.1 ${DATA_PORT} 1`,
      `sentinel auth-pass locked "${secret}"`,
    ];
    const port = Number(SENTINEL.split(':')[1]);
    stops.push((await startRedis({ port, sentinel: true, conf: monitor, password: SENTINELS_OWN })).stop);
    file = async (text) => {
      const path = join(cli.home, `secret-${text.length}`);
      await writeFile(path, text, { mode: 0o600 });
      return path;
    };
  });
  afterAll(() => Promise.all(stops.map((stop) => stop())));

  const look = async (words: string[], options?: RunOptions) => {
    const ran = await cli.run(['status', '--sentinel-addrs', SENTINEL, '--json', ...words], options);
    expectNoStack(ran);
    for (const secret of [RIGHT, SENTINELS_OWN, 'wrong-one']) {
      expect(`${ran.stdout}${ran.stderr}`).not.toContain(secret);
    }
    return { code: ran.code, status: ran.json() };
  };

  it('none: says so, and how to give one', async () => {
    const { code, status } = await look([]);
    expect(code).toBe(2);
    expect(status.sentinels[0].error).toBe('requires a password');
    const locked = {
      id: 'auth',
      message: expect.stringContaining('wants a password'),
      fix: expect.stringContaining('--password-file FILE'),
    };
    expect(status.problems).toEqual([expect.objectContaining(locked)]);
    const words = ['masters', '--sentinel-addrs', SENTINEL];
    await refusal(cli, words, {
      exit: 2,
      code: 'no-sentinel',
      says: /^error: \S+ wants a password\n {2}try: add --password-file FILE/,
    });
  });

  it('a wrong one: says that it was not taken, and never shows it', async () => {
    const { code, status } = await look(['--password-file', await file('wrong-one')]);
    expect(code).toBe(2);
    expect(status.sentinels[0].error).toContain('rejects this password');
    const env = { SENTINELCTL_PASSWORD: 'wrong-one' };
    expect((await look([], { env })).status.sentinels[0].error).toContain('rejects this password');
  });

  it('the sentinels’ only: the data node is shown as locked, not left out', async () => {
    const { code, status } = await look([], { env: { SENTINELCTL_SENTINEL_PASSWORD: SENTINELS_OWN } });
    expect(code).toBe(1);
    // That it has one sentinel and no replica is known; whether it takes writes is not.
    for (const id of ['sentinels-few', 'no-replica'])
      expect(status.problems).toContainEqual(expect.objectContaining({ id }));
    expect(status.verdict.text).toMatch(
      /whether writes work is not known; the master \S+ has no replica; .* wants a password/,
    );
    expect(status.sentinels[0].reachable).toBe(true);
    expect(status.masters[0].nodes).toEqual([
      expect.objectContaining({
        port: DATA_PORT,
        reachable: false,
        error: expect.stringMatching('password'),
      }),
    ]);
  });

  it('both right: from a file, from standard input, from the environment, of a user', async () => {
    const sentinels = { SENTINELCTL_SENTINEL_PASSWORD: SENTINELS_OWN };
    const ways: [string[], RunOptions][] = [
      [['--password-file', await file(`${RIGHT}\n`)], { env: sentinels }],
      [['--password-file', '-'], { env: sentinels, input: `${RIGHT}\r\n` }],
      [[], { env: { ...sentinels, SENTINELCTL_PASSWORD: RIGHT } }],
      [['--sentinel-password-file', await file(SENTINELS_OWN)], { env: { REDISCLI_AUTH: RIGHT } }],
      [
        [
          ...['--username', 'ops', '--password-file', await file('ops-secret')],
          ...['--sentinel-username', 'watcher', '--sentinel-password-file', await file('watcher-secret')],
        ],
        {},
      ],
    ];
    for (const [words, options] of ways) {
      const { status } = await look(words, options);
      expect(status.masters).toMatchObject([
        { name: 'locked', nodes: [{ port: DATA_PORT, role: 'master', reachable: true }] },
      ]);
    }
  });
});
