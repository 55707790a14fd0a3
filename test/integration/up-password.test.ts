import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cli, openCli } from '../helpers/cli.js';
import { ask, dirOf, nodesOf, pidsOf, setDownAfter } from '../helpers/inside.js';
import { healthyStatus, statusOf } from '../helpers/main-road.js';
import { printing } from '../helpers/printed.js';
import { QUIET_MS } from '../helpers/quiet.js';
import { refusal } from '../helpers/refusal.js';

/** With everything in it that a configuration file or a shell might trip over, and that Sentinel itself bears. */
const SECRET = '#pass\\word\\x41;$HOME*{ünï}`~%s';
const OTHER = 'another-password';

/** A cluster with a password, and everything that was ever printed about it. */
let cli: Cli;
let file: string;
const { printed, run } = printing(() => cli);
beforeAll(async () => {
  cli = await openCli();
  file = join(cli.home, 'secret');
  await writeFile(file, `${SECRET}\n`, { mode: 0o600 });
  const up = await run(
    'up',
    '--driver',
    'process',
    '--port',
    'auto',
    '--password-file',
    file,
    '--down-after',
    '1s',
  );
  expect(up.code, up.stderr).toBe(0);
});
afterAll(() => cli?.close());

async function modeAndText(path: string, isFile: boolean): Promise<{ mode: number; text: string }> {
  const { mode } = await stat(path);
  return { mode, text: isFile ? await readFile(path, 'latin1') : '' };
}

describe('a cluster with a password', () => {
  it('wants it everywhere, and works with it', async () => {
    for (const node of await nodesOf(cli)) {
      await expect(ask(node, ['PING'])).rejects.toThrow('password');
      await expect(ask(node, ['PING'], OTHER)).rejects.toThrow('password');
      expect(await ask(node, ['PING'], SECRET)).toBe('PONG');
    }
    expect(await healthyStatus(cli)).toMatchObject({ healthy: true, problems: [] });
  });

  it('warned at up that so short a down-after may fail over twice', () => {
    expect(printed.join('')).toMatch(
      /warning: --down-after 1s is below 1500 ms: Sentinel may fail over a second time, /,
    );
  });

  it('fails over and takes the old master back with it', async () => {
    const restart = await run('restart', 'master');
    expect(restart.code, restart.stderr).toBe(0);
    await setDownAfter(cli, QUIET_MS, SECRET);
    const up = await run('up', '--json');
    expect(up.json()).toMatchObject({ alreadyUp: true, master: { id: expect.stringMatching(/redis-[23]/) } });
    const kill = await run('kill', 'sentinel-1');
    expect(kill.code, kill.stderr).toBe(0);
    const finished = await run('up');
    expect(finished.code, finished.stderr).toBe(0);
  });

  it('comes up from its kept data with it', async () => {
    expect((await run('down', '--keep-data')).code).toBe(0);
    expect((await run('up', '--json')).json()).toMatchObject({ alreadyUp: false });
    await setDownAfter(cli, QUIET_MS, SECRET);
    const node = (await nodesOf(cli))[0];
    expect(node && (await ask(node, ['PING'], SECRET))).toBe('PONG');
  });

  it('takes the same file again, and refuses another one', async () => {
    expect((await run('up', '--password-file', file)).code).toBe(0);
    const other = join(cli.home, 'other');
    await writeFile(other, OTHER);
    const expected = { exit: 3, code: 'options-differ', says: '--password-file is another password' };
    const { plain, document } = await refusal(cli, ['up', '--password-file', other], expected);
    expect(plain.stderr + document.stdout + document.stderr).not.toContain(OTHER);
    printed.push(plain.stderr, document.stdout);
  });

  it('takes no other access than its own when it is looked at, also by its sentinels', async () => {
    const { status } = await statusOf(cli);
    const by = status.sentinels.map(({ host, port }: { host: string; port: number }) => `${host}:${port}`);
    for (const words of [
      ['status', '--password-file', file],
      ['doctor', '--username', 'ops', '--tls'],
      ['logs', 'redis-1', '--sentinel-username', 'ops'],
      ['status', '--sentinel-password-file', file, '--sentinel-addrs', by.join(',')],
    ]) {
      const says = `is not for cluster "default", which sentinelctl made`;
      await refusal(cli, words, { exit: 64, code: 'contradiction', says });
    }
    const says = '--username is for attached ones';
    await refusal(cli, ['up', '--username', 'ops'], { exit: 64, code: 'not-for-up', says });
  });

  it('refuses one that Sentinel cannot save', async () => {
    for (const [at, password] of ['two words', 'tab\there', 'quo"te', "it's", 'bell\u0007'].entries()) {
      const unusable = join(cli.home, `unusable-${at}`);
      await writeFile(unusable, password);
      const words = ['up', '--cluster', 'other', '--password-file', unusable];
      const { plain } = await refusal(cli, words, {
        exit: 64,
        code: 'password-unusable',
        says: 'without quotes',
      });
      expect(plain.stderr).not.toContain(password);
    }
  });

  it('prints it nowhere', async () => {
    for (const words of [
      'status',
      'masters',
      'replicas',
      'sentinels',
      'env',
      'env --export',
      'config',
      'list',
      'logs',
    ]) {
      for (const more of [[], ['--json']]) {
        const ran = await run(...words.split(' '), ...more);
        // Its sentinels may not hear each other in time on a busy machine: that is a finding, and 1.
        expect([0, 1], words + ran.stderr).toContain(ran.code);
        expect(ran.stdout).not.toBe('');
      }
    }
    expect((await run('config')).stdout.match(/^(requirepass|masterauth) \(redacted\)$/gm)).toHaveLength(9);
    expect((await run('env')).stdout).toContain('the cluster needs a password');
    const all = printed.join('\n');
    expect(all).not.toMatch(/#pass|\$HOME|ünï/);
  });

  it('is on no command line and in no environment', async () => {
    const { PATH = '' } = process.env;
    const { status } = await statusOf(cli);
    const replica = status.masters[0]?.nodes.find(({ role }) => role === 'replica')?.id ?? '';
    expect((await cli.run(['stop', replica])).code).toBe(0);
    const env = { PATH, SENTINELCTL_PASSWORD: SECRET, REDISCLI_AUTH: SECRET };
    const started = await cli.run(['start', replica], { via: [], env });
    expect(started.code, started.stderr).toBe(0);
    for (const pid of Object.values(await pidsOf(cli))) {
      for (const part of ['cmdline', 'environ']) {
        const text = await readFile(`/proc/${pid}/${part}`, 'utf8');
        expect(text).not.toBe('');
        expect(text).not.toContain('#pass');
      }
    }
  });

  it('is kept in files that are their owner’s alone', async () => {
    const root = dirOf(cli);
    const holders: string[] = [];
    for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name);
      const seen = await modeAndText(path, entry.isFile()).catch((error: NodeJS.ErrnoException) => {
        // Servers write meanwhile: Redis renames a temporary file when it is whole, and removes what a newer one replaces.
        if (error.code === 'ENOENT' && /\/appendonlydir\/|\/temp-[^/]*$|\.conf\.\w{6}$/.test(path))
          return null;
        throw error;
      });
      if (seen === null) continue;
      expect([path, (seen.mode & 0o077).toString(8)]).toEqual([path, '0']);
      if (/#pass|\$HOME/.test(seen.text)) holders.push(entry.name.replace(/\.\w{6}$/, ''));
    }
    expect((await stat(root)).mode & 0o777).toBe(0o700);
    expect([...new Set(holders)].sort()).toEqual(['password', 'redis.conf', 'sentinel.conf']);
  });
});
