import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { type Cli, openCli } from '../helpers/cli.js';
import { ask, nodesOf } from '../helpers/inside.js';

const PASSWORD = 'a$b`c';
const WITHIN = { clock: systemClock, everyMs: 200, deadlineMs: 60_000 };

/** Clusters that want a password: one that sentinelctl created, and the same one as another machine sees it. */
let cli: Cli;
let other: Cli;
let file: string;

beforeAll(async () => {
  [cli, other] = await Promise.all([openCli(), openCli()]);
  file = join(cli.home, 'pass word');
  await writeFile(file, `${PASSWORD}\n`, { mode: 0o600 });
  const up = await cli.run([
    'up',
    '--driver',
    'process',
    '--port',
    'auto',
    '--down-after',
    '5s',
    '--password-file',
    file,
  ]);
  expect(up.code, up.stderr).toBe(0);
  const at = (await nodesOf(cli)).find(({ id }) => id === 'sentinel-1')?.endpoint;
  const attach = ['attach', 'shop', '--sentinel-addrs', `${at?.host}:${at?.port}`, '--password-file', file];
  const attached = await other.run(attach);
  expect(attached.code, attached.stderr).toBe(0);
});
afterAll(async () => {
  await other?.close();
  await cli?.close();
});

/** Types lines into a shell that knows no password. */
async function paste(lines: string): Promise<string> {
  const { PATH = '' } = process.env;
  const { stdout, stderr } = await promisify(execFile)('sh', ['-c', lines], { env: { PATH } }).catch(
    (error: { stdout: string; stderr: string }) => error,
  );
  return stdout + stderr;
}

async function tell(id: string, ...words: string[]): Promise<void> {
  const node = (await nodesOf(cli)).find((n) => n.id === id);
  if (node === undefined) throw new Error(`there is no node ${id}`);
  await ask(node, words, PASSWORD);
}

/** What a command prints as the next one, once its first line says this. */
async function nextOf(by: Cli, command: string, words: string): Promise<string> {
  let said = '';
  const next = await until(async () => {
    const { verdict } = (await by.run([command, '--json'])).json() as {
      verdict: { text: string; next: string | null };
    };
    said = verdict.text;
    return said.includes(words) && verdict.next !== null ? verdict.next : undefined;
  }, WITHIN);
  if (next === undefined) expect.fail(`${command} does not say "${words}": ${said}`);
  return next;
}

describe.each([
  ['created by sentinelctl', () => cli],
  ['attached', () => other],
])('the next command for a cluster with a password that is %s', (_what, by) => {
  it.each(['status', 'doctor'])('works as %s prints it', async (command) => {
    await tell('sentinel-2', 'SENTINEL', 'SET', 'mymaster', 'down-after-milliseconds', '60000');
    const next = await nextOf(by(), command, 'down-after-milliseconds');
    // Alone it is the second line: what shows no more than that shows the whole command.
    expect(next).toMatch(
      /^export REDISCLI_AUTH="\$\(cat \S.*\)" && redis-cli .* SENTINEL SET mymaster down-after-milliseconds 5000$/,
    );
    expect((await by().run([command])).stdout).toContain(`\n→ ${next}\n`);
    expect(await paste(next)).toBe('OK\n');
  });

  it.each(['status', 'doctor'])(
    'of %s gives a sentinel the password of the master, and says so where a variable is not set',
    async (command) => {
      await tell('sentinel-2', 'SENTINEL', 'SET', 'mymaster', 'auth-pass', 'another');
      for (const id of ['redis-1', 'redis-2', 'redis-3']) await tell(id, 'CLIENT', 'KILL', 'TYPE', 'normal');
      const next = await nextOf(by(), command, 'sentinel-2 has no or a wrong password for redis-');
      const without = next.replace(/export MASTER_PASSWORD="[^"]*" && /, '');
      expect(without).not.toBe(next);
      expect(await paste(without)).toContain('MASTER_PASSWORD: is not set');
      expect(await paste(next)).toBe('OK\n');
      await isHealthy(by());
    },
  );

  it.each(['status', 'doctor'])(
    'of %s monitors the master again, with its settings and its password',
    async (command) => {
      await tell('sentinel-3', 'SENTINEL', 'REMOVE', 'mymaster');
      const next = await nextOf(by(), command, 'does not monitor mymaster');
      expect(await paste(next)).toBe('OK\nOK\nOK\n');
      await isHealthy(by());
    },
  );
});

async function isHealthy(by: Cli): Promise<void> {
  const cured = await until(async () => {
    const { verdict } = (await by.run(['status', '--json'])).json() as { verdict: { word: string } };
    return verdict.word === 'HEALTHY' || undefined;
  }, WITHIN);
  expect(cured).toBe(true);
}

it('keeps the options that were given where another one is missing', async () => {
  const sentinels = (await nodesOf(cli)).filter(({ kind }) => kind === 'sentinel');
  const addresses = sentinels.map(({ endpoint }) => `${endpoint.host}:${endpoint.port}`).join(',');
  const own = join(cli.home, 'sentinels-own');
  await writeFile(own, 'their-own', { mode: 0o600 });
  for (const { id } of sentinels) await tell(id, 'ACL', 'SETUSER', 'default', 'resetpass', '>their-own');
  const [data, theirs] = ['--password-file', '--sentinel-password-file'];
  const passwords: Record<string, string> = { [data]: file, [theirs]: own };
  // What the sentinels reject may be right for the data nodes, or for none: both are asked for then.
  for (const [has, lacks] of [
    [data, `${data} FILE ${theirs} FILE`],
    [theirs, `${data} FILE`],
  ] as const) {
    const words = ['status', '--sentinel-addrs', addresses, has, passwords[has] ?? ''];
    const { stdout } = await other.run([...words, '--json']);
    const { verdict } = JSON.parse(stdout) as { verdict: { text: string; next: string } };
    expect(verdict.text).toContain(`password: ${lacks}`);
    expect(verdict.next).toContain(` ${lacks}`);
    if (has === theirs) {
      expect(verdict.next).toContain(` ${has} ${own}`);
      // No other words give another option.
      const text = await other.run(words);
      expect(text.stdout.match(/--[a-z-]*password-file FILE/g)).not.toContain(`${has} FILE`);
    }
    const line = verdict.next
      .replace(/ {2}# .*/, '')
      .replace(`${data} FILE`, `${data} '${file}'`)
      .replace(`${theirs} FILE`, `${theirs} ${own}`);
    const typed = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
    expect((await other.run(typed.slice(1))).stdout).toMatch(/^HEALTHY /);
  }
});
