import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BIN } from '../helpers/cli.js';
import { tempDir } from '../helpers/temp-dir.js';

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0;

/** A PATH on which `sentinelctl` is the built CLI, and a home with one cluster in it. */
async function place(): Promise<{ cwd: string; env: Record<string, string | undefined> }> {
  const cwd = await tempDir();
  const home = join(cwd, 'home');
  await mkdir(join(home, 'clusters', 'staging'), { recursive: true });
  const plan = {
    driver: 'process',
    spec: { masterName: 'orders' },
    nodes: [{ id: 'redis-1' }, { id: 'sentinel-1' }],
  };
  await writeFile(join(home, 'clusters', 'staging', 'cluster.json'), JSON.stringify({ plan }));
  await writeFile(join(cwd, 'pass word.txt'), 'x');
  await mkdir(join(cwd, 'bin'));
  await chmod(BIN, 0o755);
  await symlink(BIN, join(cwd, 'bin', 'sentinelctl'));
  const PATH = `${join(cwd, 'bin')}:${process.env.PATH}`;
  return { cwd, env: { ...process.env, PATH, SENTINELCTL_HOME: home, XDG_CONFIG_HOME: home, HOME: cwd } };
}

async function shell(name: string, args: string[], program: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(name, [...args, '-c', program], await place());
  return stdout.split('\n').filter((line) => line !== '');
}

describe.skipIf(!has('bash'))('completion in bash', () => {
  /** Words as bash has them in COMP_WORDS, `=` being a word of its own. */
  const completed = (...words: string[]): Promise<string[]> =>
    shell(
      'bash',
      ['--norc'],
      `source <(sentinelctl completion bash)
       COMP_WORDS=(sentinelctl ${words.map((w) => `'${w}'`).join(' ')}); COMP_CWORD=${words.length}
       _sentinelctl sentinelctl; printf '%s\\n' "\${COMPREPLY[@]}"`,
    );

  it.each([
    [['fail'], ['failover-test']],
    [['--cluster', ''], ['staging']],
    [
      ['kill', '--cluster', 'staging', ''],
      ['master', 'redis-1', 'sentinel-1'],
    ],
    [['master-addr', '--cluster', '=', 'staging', ''], ['orders']],
    [
      ['status', '--output', '=', 't'],
      ['table', 'tsv'],
    ],
    [['status', '--password-file', 'pass'], ['pass word.txt']],
    [['nonsense', ''], []],
  ])('%j becomes %j', async (words, expected) => expect(await completed(...words)).toEqual(expected));
});

describe.skipIf(!has('zsh'))('completion in zsh', () => {
  /** What is handed to zsh's own _describe, which needs a line editor to show it. */
  const completed = (...words: string[]): Promise<string[]> =>
    shell(
      'zsh',
      ['-f'],
      `compdef() { :; }; _files() { print files; }; _describe() { print -l -- "\${found[@]}"; }
       source <(sentinelctl completion zsh)
       words=(sentinelctl ${words.map((w) => `'${w}'`).join(' ')}); CURRENT=${words.length + 1}; _sentinelctl`,
    );

  it.each([
    [['fail'], [expect.stringMatching(/^failover-test:./)]],
    [
      ['kill', '--cluster=staging', ''],
      ['master', 'redis-1', 'sentinel-1'],
    ],
    [
      ['status', '--output=t'],
      ['--output=table', '--output=tsv'],
    ],
    [['--password-file', ''], ['files']],
    [
      ['chaos', 'run', 'fast-r'],
      ['fast-restart', 'files'],
    ],
    [['status', '--columns', 'id,rol'], ['id,role']],
    [['nonsense', ''], []],
  ])('%j becomes %j', async (words, expected) => expect(await completed(...words)).toEqual(expected));
});

describe.skipIf(!has('fish'))('completion in fish', () => {
  const completed = (line: string): Promise<string[]> =>
    shell('fish', ['-N'], `sentinelctl completion fish | source; complete -C '${line}'`);

  it.each([
    ['sentinelctl fail', [expect.stringMatching(/^failover-test\t./)]],
    ['sentinelctl kill --cluster staging ', ['master', 'redis-1', 'sentinel-1']],
    ['sentinelctl status --output=t', ['--output=table', '--output=tsv']],
    ['sentinelctl --password-file pas', ['pass word.txt']],
  ])('%j becomes %j', async (line, expected) => expect(await completed(line)).toEqual(expected));
});
