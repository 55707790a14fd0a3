import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import type { FailoverResult } from '../../src/observe/result.js';
import { until } from '../../src/until.js';
import { type Cli, killedWhenGone, openCli, type Ran } from '../helpers/cli.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { type RedisServer, startRedis } from '../helpers/redis.js';
import { redisCli } from '../helpers/redis-cli.js';
import { refusal } from '../helpers/refusal.js';

/** Two groups with a password under five sentinels: plain processes that sentinelctl did not start. */
const SHOP = [9850, 9851, 9852];
const CARTS = [9855, 9856];
const SENTINELS = [9860, 9861, 9862, 9863, 9864];
const SECRET = 'attached-acts-secret';
const ADDRS = ['--sentinel-addrs', `127.0.0.1:${SENTINELS[0]}`];
const operator = (): string[] => ['--username', 'op', '--password-file', join(cli.home, 'password')];
const CONFIRM = ['--confirm', 'shop'];
const SHOP_GROUP = ['--cluster', 'shop', '--master-name', 'shop'];

let cli: Cli;
const servers: RedisServer[] = [];

const ask = (port: number, words: string): Promise<string> => redisCli(port, words, SECRET);
const infoOf = async (port: number, field: string): Promise<string> =>
  new RegExp(`^${field}:(.*?)\\r?$`, 'm').exec(await ask(port, 'INFO'))?.[1] ?? '';

async function settled(what: string, look: () => Promise<boolean>): Promise<void> {
  const seen = await until(async () => ((await look().catch(() => false)) ? true : undefined), {
    clock: systemClock,
    everyMs: 500,
    deadlineMs: 60_000,
  });
  if (seen === undefined) throw new Error(`never seen: ${what}`);
}

const healthy = (): Promise<void> =>
  settled('HEALTHY', async () => (await cli.run(['status', '--cluster', 'shop', '--quiet'])).code === 0);

beforeAll(async () => {
  cli = await openCli();
  await writeFile(join(cli.home, 'password'), SECRET, { mode: 0o600 });
  // The sentinels know no such user: they are open.
  const secret = [`requirepass ${SECRET}`, `masterauth ${SECRET}`, `user op on >${SECRET} ~* &* +@all`];
  const group = ([first, ...rest]: number[]) => [
    startRedis({ port: first ?? 0, conf: secret, password: SECRET }),
    ...rest.map((port) =>
      startRedis({ port, conf: [...secret, `replicaof 127.0.0.1 ${first}`], password: SECRET }),
    ),
  ];
  servers.push(...(await Promise.all([...group(SHOP), ...group(CARTS)])));
  const monitor = (name: string, port = 0): string[] => [
    `sentinel monitor ${name} 127.0.0.1 ${port} 3`,
    `sentinel auth-pass ${name} ${SECRET}`,
    `sentinel down-after-milliseconds ${name} ${QUIET_MS}`,
    `sentinel failover-timeout ${name} 10000`,
  ];
  const conf = [...monitor('shop', SHOP[0]), ...monitor('carts', CARTS[0])];
  servers.push(
    ...(await Promise.all(
      SENTINELS.map((port) => startRedis({ port, conf, sentinel: true, password: SECRET })),
    )),
  );
  await settled('five sentinels that know each other and every replica', async () => {
    const infos = await Promise.all(SENTINELS.map((port) => redisCli(port, 'INFO sentinel')));
    return infos.every(
      (info) => /name=shop.*slaves=2,sentinels=5/.test(info) && /name=carts.*slaves=1,sentinels=5/.test(info),
    );
  });
  const attach = ['attach', 'shop', ...ADDRS, '--local', ...operator()];
  const ran = await cli.run(attach);
  expect(ran.code, ran.stderr).toBe(0);
  expect(ran.stdout).toContain('10 of 10 servers found as processes of this machine');
});

/** Those that sentinelctl started again are no children of this test. */
async function endRestarted(): Promise<void> {
  const dir = join(cli.home, 'clusters/shop/processes');
  const names = await readdir(dir).catch(() => []);
  for (const name of names) {
    const { process: seen } = JSON.parse(await readFile(join(dir, name), 'utf8')) as {
      process: { pid: number };
    };
    if (!servers.some(({ pid }) => pid === seen.pid))
      for (const port of [...SHOP, ...CARTS, ...SENTINELS]) {
        const pid = await infoOf(port, 'process_id').catch(() => '');
        if (Number(pid) === seen.pid) process.kill(seen.pid, 'SIGKILL');
      }
  }
}

afterAll(async () => {
  await endRestarted();
  await Promise.all(servers.map((server) => server.stop()));
  await cli?.close();
});

const run = (...words: string[]): Promise<Ran> => cli.run(words);

it('acts on nothing whose name was not typed', async () => {
  const expected = { exit: 3, code: 'not-confirmed', says: 'shop was not named to confirm it' };
  await refusal(cli, ['kill', 'redis-2', ...SHOP_GROUP], expected);
  await refusal(cli, ['kill', 'redis-2', ...SHOP_GROUP, '--yes'], expected);
  await refusal(cli, ['failover-test', ...SHOP_GROUP, '--yes'], expected);
  await refusal(cli, ['kill', 'redis-2', ...SHOP_GROUP, '--confirm', 'carts'], {
    ...expected,
    says: '--confirm names carts, not shop',
  });
  await refusal(cli, ['kill', 'master', '--cluster', 'shop', ...CONFIRM], {
    exit: 64,
    code: 'master-name-needed',
    says: 'carts and shop',
  });
  await refusal(cli, ['kill', 'redis-2', ...ADDRS, ...CONFIRM], {
    exit: 3,
    code: 'attached',
    says: 'attach NAME',
  });
  expect(servers.every(({ pid }) => isAlive(pid))).toBe(true);
  expect((await run('audit')).stdout).toContain('no action on');
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

it('is refused where it was attached to look, and wants more of production', async () => {
  const again = ['attach', 'shop', ...ADDRS, '--local', ...operator()];
  expect((await cli.run([...again, '--readonly'])).code).toBe(0);
  await refusal(cli, ['kill', 'redis-2', ...SHOP_GROUP, ...CONFIRM], {
    exit: 3,
    code: 'readonly',
    says: '--readonly',
  });
  expect((await cli.run([...again, '--label', 'production'])).code).toBe(0);
  await refusal(cli, ['kill', 'redis-2', ...SHOP_GROUP, ...CONFIRM], {
    exit: 3,
    code: 'not-confirmed',
    says: 'shop/redis-1',
  });
  const ran = await run('kill', 'redis-2', ...SHOP_GROUP, '--confirm', 'shop/redis-1');
  expect(ran.code, ran.stderr).toBe(0);
  // Of one that is only looked at no command is printed that would be refused.
  expect((await cli.run([...again, '--readonly'])).code).toBe(0);
  const { stdout } = await run('status', ...SHOP_GROUP);
  expect(stdout).toContain('redis-2');
  expect(stdout).toContain('start the server again on the machine of');
  expect(stdout).not.toMatch(/sentinelctl (start|doctor --fix)/);
  expect((await cli.run(again)).code).toBe(0);
});

it('starts again what it ended, as it was started before', async () => {
  await settled('redis-2 named as down', async () =>
    (await run('status', ...SHOP_GROUP)).stdout.includes(
      '→ sentinelctl start redis-2 --confirm shop --cluster shop',
    ),
  );
  const started = await run('start', 'redis-2', '--cluster', 'shop', ...CONFIRM);
  expect(started.code, started.stderr).toBe(0);
  expect(started.stdout).toMatch(/start redis-2: exited → running/);
  expect(await infoOf(SHOP[1] ?? 0, 'role')).toBe('slave');
  await healthy();
  expect((await run('logs', 'redis-1', ...SHOP_GROUP)).code).toBe(3);
});

it('names a frozen node of this machine as that, also while the sentinels still had an answer of it', async () => {
  const [, , third] = servers;
  third?.signal('SIGSTOP');
  try {
    const ran = await run('status', ...SHOP_GROUP, '--json');
    expect(ran.json().verdict).toMatchObject({
      word: 'DEGRADED',
      next: 'sentinelctl resume redis-3 --confirm shop --cluster shop',
    });
  } finally {
    third?.signal('SIGCONT');
  }
  await healthy();
});

it('fixes a setting there, once it was confirmed', async () => {
  await redisCli(SENTINELS[2] ?? 0, 'SENTINEL SET shop down-after-milliseconds 9000');
  const fix = ['doctor', '--fix', ...SHOP_GROUP, '--only', 'settings-skew'];
  await refusal(cli, [...fix, '--yes'], { exit: 3, code: 'not-confirmed', says: '--confirm shop' });
  const ran = await cli.run([...fix, ...CONFIRM]);
  expect(ran.stdout, ran.stderr).toContain(
    `SENTINEL SET shop down-after-milliseconds ${QUIET_MS} (done and verified)`,
  );
  expect(await redisCli(SENTINELS[2] ?? 0, 'SENTINEL MASTER shop')).toMatch(
    new RegExp(`down-after-milliseconds\\n${QUIET_MS}\\n`),
  );
});

it('touches no other server that has the address of one of its nodes', async () => {
  expect((await run('kill', 'redis-5', '--cluster', 'shop', '--master-name', 'carts', ...CONFIRM)).code).toBe(
    0,
  );
  const start = ['start', 'redis-5', '--cluster', 'shop', '--master-name', 'carts', ...CONFIRM];
  const stranger = await startRedis({
    port: CARTS[1] ?? 0,
    conf: [
      `requirepass ${SECRET}`,
      `user op on >${SECRET} ~* &* +@all`,
      // The sentinels would make it a replica of the group, and so a member, after some seconds.
      'rename-command SLAVEOF ""',
    ],
    password: SECRET,
  });
  try {
    for (const act of ['kill', 'pause', 'start'])
      await refusal(cli, [act, 'redis-5', '--cluster', 'shop', '--master-name', 'carts', ...CONFIRM], {
        exit: 3,
        code: act === 'start' ? 'not-here' : 'not-running',
        says: 'another server answers',
      });
    // One that gives no answer is not taken for the free address of a node that has ended.
    stranger.signal('SIGSTOP');
    const silent = await run(...start);
    expect(silent.code, silent.stdout).toBe(3);
    expect(silent.stderr).toContain('gives no answer');
    stranger.signal('SIGCONT');
    // The sentinels take it for the replica that had the address, and know its run id from the next INFO on.
    for (const port of SENTINELS) await redisCli(port, 'SENTINEL DEBUG info-period 500');
    const itsId = await infoOf(CARTS[1] ?? 0, 'run_id');
    await settled('the sentinels know its run id', async () =>
      (await redisCli(SENTINELS[0] ?? 0, 'SENTINEL REPLICAS carts')).includes(itsId),
    );
    for (const line of [
      ['kill', 'redis-5'],
      ['start', 'redis-5'],
      ['inject', 'priority-zero'],
    ])
      expect((await run(...line, '--cluster', 'shop', '--master-name', 'carts', ...CONFIRM)).code).toBe(3);
    expect(await infoOf(CARTS[1] ?? 0, 'slave_priority')).not.toBe('0');
    expect(await infoOf(CARTS[1] ?? 0, 'process_id')).toBe(String(stranger.pid));
  } finally {
    await stranger.stop();
  }
  const started = await run(...start);
  expect(started.stdout, started.stderr).toMatch(/start redis-5: exited → running/);
});

it('keeps what is not rolled back: detach is refused, and recover knows which master it was', async () => {
  const inject = await run('inject', 'priority-zero', ...SHOP_GROUP, ...CONFIRM);
  expect(inject.code, inject.stderr).toBe(0);
  await refusal(cli, ['detach', 'shop'], { exit: 3, code: 'unfinished-journal' });
  const healed = await run('heal', '--cluster', 'shop');
  expect(healed.stdout, healed.stderr).toContain(
    'rolled back what "inject priority-zero" had done to cluster "shop"',
  );
});

it('measures a failover there, and the other group keeps its master', async () => {
  for (const port of SENTINELS) await redisCli(port, 'SENTINEL SET shop down-after-milliseconds 1500');
  const epoch = await redisCli(SENTINELS[0] ?? 0, 'SENTINEL MASTER carts');
  const ran = await run(
    'failover-test',
    ...SHOP_GROUP,
    ...CONFIRM,
    '--rejoin',
    'guarded',
    '--budget',
    '60s',
    '--json',
  );
  expect(ran.code, ran.stderr).toBe(0);
  const result = ran.json() as FailoverResult;
  expect(result).toMatchObject({ outcome: 'holds', cluster: 'shop' });
  expect(await infoOf(SHOP[0] ?? 0, 'role')).toBe('slave');
  await settled('no key left', async () => (await ask(SHOP[0] ?? 0, "KEYS '*'")).trim() === '');
  const field = (text: string, name: string): string | undefined =>
    text.split('\n')[text.split('\n').indexOf(name) + 1];
  const now = await redisCli(SENTINELS[0] ?? 0, 'SENTINEL MASTER carts');
  expect(field(now, 'config-epoch')).toBe(field(epoch, 'config-epoch'));
});

describe('what was done', () => {
  it('is in the audit log, with its end', async () => {
    const { entries } = (await run('audit', '--json')).json() as {
      entries: { what: string; cluster: string; end: { exitCode: number } | null }[];
    };
    expect(entries.map(({ what, end }) => [what, end?.exitCode])).toEqual([
      ['failover-test', 0],
      ['heal', 0],
      ['inject priority-zero', 0],
      ['start redis-5', 0],
      ['inject priority-zero', 3],
      ['start redis-5', 3],
      ['kill redis-5', 3],
      ['start redis-5', 3],
      ...['start', 'pause', 'kill'].flatMap((act) => [
        [`${act} redis-5`, 3],
        [`${act} redis-5`, 3],
      ]),
      ['kill redis-5', 0],
      ['doctor --fix', 0],
      ['start redis-2', 0],
      ['kill redis-2', 0],
    ]);
  });

  it('has left the password nowhere', async () => {
    const files = await readdir(cli.home, { recursive: true, withFileTypes: true });
    const texts = await Promise.all(
      files
        .filter((entry) => entry.isFile() && entry.name !== 'password')
        .map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')),
    );
    expect(texts.filter((text) => text.includes(SECRET))).toEqual([]);
  });
});

it('recovers a restart that was killed while the master was down', async () => {
  const [, port] = (await redisCli(SENTINELS[0] ?? 0, 'SENTINEL GET-MASTER-ADDR-BY-NAME shop')).split('\n');
  const old = Number(port);
  const pid = Number(await infoOf(old, 'process_id'));
  const args = ['restart', 'master', ...SHOP_GROUP, ...CONFIRM];
  const ran = await cli.run(args, { onStart: (child) => killedWhenGone(child, pid) });
  expect(ran.signal, ran.stderr).toBe('SIGKILL');

  const status = await run('status', '--cluster', 'shop', '--json');
  expect(status.json().verdict.text).toMatch(
    /"restart redis-\d" was interrupted: recover (waits for the failover and )?finishes the run$/,
  );
  expect(status.json().verdict.next).toBe('sentinelctl recover --cluster shop');
  await refusal(cli, ['kill', 'redis-2', ...SHOP_GROUP, ...CONFIRM], { exit: 3, code: 'unfinished-journal' });

  const recovered = await run('recover', '--cluster', 'shop', '--json');
  expect(recovered.code, recovered.stderr).toBe(0);
  expect(recovered.json()).toMatchObject({
    what: expect.stringMatching(/^restart redis-\d$/),
    undone: [expect.stringMatching(/^redis-\d runs again as a replica of redis-\d$/)],
    converged: true,
  });
  expect(await infoOf(old, 'role')).toBe('slave');
  await healthy();
});
