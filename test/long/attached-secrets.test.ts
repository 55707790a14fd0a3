import { spawn } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { type Cli, openCli, type Ran, type RunOptions } from '../helpers/cli.js';
import { dirOf } from '../helpers/inside.js';
import { healthyStatus } from '../helpers/main-road.js';

/** A cluster with TLS and users that `owner` made; `cli` knows it only as one that it did not start. */
let owner: Cli;
let cli: Cli;
let sentinelAddrs: string;
/** What must be nowhere, by what it is: the files that hold it are not in the directory of `cli`. */
const secrets = new Map<string, string>();
const WRONG = 'wrong-password-of-nothing';
/** Every output, by the command that printed it. */
const printed: [line: string, text: string][] = [];
const SHOP = ['--cluster', 'shop'];
const CONFIRM = [...SHOP, '--confirm', 'shop'];
const file = (...parts: string[]): string => join(dirOf(owner), ...parts);

beforeAll(async () => {
  owner = await openCli();
  cli = await openCli();
  const up = ['up', '--driver', 'process', '--port', 'auto', '--secure', '--down-after', '2s'];
  const made = await owner.run(up);
  expect(made.code, made.stderr).toBe(0);
  for (const user of await readdir(file('passwords')))
    secrets.set(`the password of ${user}`, await readFile(file('passwords', user), 'utf8'));
  const key = await readFile(file('tls', 'redis-1.key'), 'utf8');
  secrets.set('a private key', key.split('\n')[1] ?? '');
  secrets.set('a password that is wrong', WRONG);
  expect([...secrets.values()].every((secret) => secret.length > 10)).toBe(true);
  await writeFile(file('wrong'), WRONG, { mode: 0o600 });
  sentinelAddrs = (await owner.run(['env', '--json'])).json().REDIS_SENTINEL_ADDRS;
  watching = watch();
});
afterAll(async () => {
  isOver = true;
  await watching;
  await cli?.close();
  await owner?.close();
});

/** In a process of its own, whose arguments and environment can be seen. */
async function run(words: string[], options: RunOptions = {}): Promise<Ran> {
  const ran = await cli.run(words, { via: [], ...options });
  printed.push([words.join(' '), `${ran.stdout}${ran.stderr}`]);
  return ran;
}

let isOver = false;
let watching: Promise<void>;
/** Where a secret was seen in a process, and in which one. */
const seen = new Set<string>();
/** Of commands that were given a variable with a password: only they, and their guards, may have it. */
const GIVEN = /sentinelctl\.js/;

/** Looks at every process of this machine, again and again. */
async function watch(): Promise<void> {
  while (!isOver) {
    for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
      const read = (part: string): Promise<string> =>
        readFile(`/proc/${pid}/${part}`, 'utf8').catch(() => '');
      const [cmdline, environ] = await Promise.all([read('cmdline'), read('environ')]);
      const shown = cmdline.replaceAll('\0', ' ').slice(0, 200);
      for (const [what, secret] of secrets) {
        if (cmdline.includes(secret)) seen.add(`${what} in the arguments of ${shown}`);
        if (environ.includes(secret) && !GIVEN.test(cmdline))
          seen.add(`${what} in the environment of ${shown}`);
      }
    }
    await systemClock.sleep(20);
  }
}

/** What is seen of a process that has a secret in its arguments and in its environment: both, or nothing is proved. */
const LEAK = 'a-secret-that-is-passed-on';
async function seenOf(leak: string): Promise<string[]> {
  secrets.set('a leak', leak);
  const child = spawn('sh', ['-c', 'read line', leak], {
    env: { LEAK: leak },
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const found = (): string[] => [...seen].filter((one) => one.startsWith('a leak'));
  try {
    const isSeen = await until(
      async () => (new Set(found().map((one) => one.split(' of ')[0])).size > 1 ? true : undefined),
      {
        clock: systemClock,
        everyMs: 20,
        deadlineMs: 30_000,
      },
    );
    expect(isSeen, String(found())).toBe(true);
    return found();
  } finally {
    child.kill('SIGKILL');
    secrets.delete('a leak');
  }
}

const login = (): string[] => [
  ...['--username', 'operator', '--sentinel-username', 'operator', '--ca', file('tls', 'ca.crt')],
  ...['--cert', file('tls', 'redis-1.crt'), '--key', file('tls', 'redis-1.key')],
];
const test = (): string[] => [
  ...['failover-test', ...CONFIRM, '--clients', '2', '--budget', '5m', '--rejoin', 'guarded'],
  ...['--client-username', 'app', '--client-password-file', file('passwords', 'app')],
];

it('no secret is printed, kept or passed on', async () => {
  const attach = ['attach', 'shop', '--sentinel-addrs', sentinelAddrs, '--local', ...login()];
  const wrong = await run([...attach, '--password-file', file('wrong')]);
  expect(wrong.stdout + wrong.stderr).toMatch(/wrong|password|WRONGPASS/i);
  const attached = await run([...attach, '--password-file', file('passwords', 'operator')]);
  expect(attached.code, attached.stderr).toBe(0);
  for (const look of ['status', 'status --json', 'doctor', 'doctor --all --json', 'config', 'logs', 'env'])
    await run([...look.split(' '), ...SHOP]);
  await run(['call', 'ACL', 'LIST', ...SHOP]);
  await run(['call', 'CONFIG', 'GET', '*', ...SHOP]);
  await run(['status', ...SHOP, '--password-file', file('wrong')]);
  await run(['kill', 'redis-2', ...CONFIRM, '--password-file', file('wrong')]);

  const report = join(cli.home, 'report');
  const played = await run([...test(), '--verbose', '--report', report]);
  expect(played.stdout, played.stderr).toMatch(/^PASS/m);
  const [group] = (await healthyStatus(owner)).masters;
  // A master that is ended is started only once it was replaced.
  const replica = group?.master?.id === 'redis-3' ? 'redis-2' : 'redis-3';

  // With the password in a variable, which servers that are started again do not get.
  const operator = secrets.get('the password of operator') ?? '';
  const env = { REDIS_OPERATOR: operator };
  const again = await run([...attach, '--password-env', 'REDIS_OPERATOR'], { env });
  expect(again.code, again.stderr).toBe(0);
  for (const line of [`kill ${replica}`, `start ${replica}`, `inject priority-zero ${replica} --for 1s`])
    expect((await run([...line.split(' '), ...CONFIRM], { env })).code, line).toBe(0);
  // Its guard rolls it back where the command is killed: it logs in by the variable too.
  const cut = await run(['inject', 'priority-zero', replica, '--for', '3s', ...CONFIRM], {
    env,
    onStderr: (text, child) => {
      if (text.includes('injected:')) child.kill('SIGKILL');
    },
  });
  expect(cut.signal).toBe('SIGKILL');
  const healed = await until(
    async () => {
      const status = await run(['status', ...SHOP], { env });
      return /inject|recover|heal/.test(status.stdout) ? undefined : true;
    },
    { clock: systemClock, everyMs: 500, deadlineMs: 60_000 },
  );
  expect(healed, printed.at(-1)?.[1]).toBe(true);

  const killed = await run(test(), {
    env,
    onStderr: (text, child) => {
      if (text.includes('fault: SIGKILL')) child.kill('SIGKILL');
    },
  });
  expect(killed.signal).toBe('SIGKILL');
  const recovered = await run(['recover', ...SHOP], { env });
  expect(recovered.code, recovered.stderr).toBe(0);
  await run(['audit', '--json']);
  await run(['history', ...SHOP, '--json'], { env });

  const control = await seenOf(LEAK);
  isOver = true;
  await watching;
  expect([...seen].filter((one) => !control.includes(one))).toEqual([]);
  for (const [what, secret] of secrets) {
    expect(
      printed.filter(([, text]) => text.includes(secret)).map(([line]) => line),
      what,
    ).toEqual([]);
    expect(await filesWith(cli.home, secret), what).toEqual([]);
  }
  expect((await readdir(report)).length).toBeGreaterThan(3);
});

/** The files below a directory that hold a text. */
async function filesWith(dir: string, text: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  expect(files.length).toBeGreaterThan(3);
  const found = await Promise.all(
    files.map(async (path) => ((await readFile(path, 'utf8')).includes(text) ? [path] : [])),
  );
  return found.flat();
}
