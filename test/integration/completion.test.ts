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

/** One shell sources what the command prints and completes every row in turn: the lines of each row. */
async function inOneShell(
  name: string,
  args: string[],
  source: string,
  rows: readonly string[],
): Promise<string[][]> {
  const program = [source, ...rows.map((row) => `${row}; printf '%s\\n' '${BETWEEN}'`)].join('\n');
  const { stdout } = await promisify(execFile)(name, [...args, '-c', program], await place());
  const parts = stdout.split(`${BETWEEN}\n`).slice(0, -1);
  return parts.map((text) => text.split('\n').filter((line) => line !== ''));
}
const BETWEEN = '=====';

/** A test for each row: what the shell completes is what is expected. The first one starts the shell for all of them. */
function complete(shell: string, args: string[], source: string, rows: readonly Row[]): void {
  let all: Promise<string[][]> | undefined;
  const completed = (): Promise<string[][]> => {
    all ??= inOneShell(
      shell,
      args,
      source,
      rows.map(({ program }) => program),
    );
    return all;
  };
  it.each(rows.map(({ typed, expected }, i) => [typed, expected, i] as const))(
    '%j becomes %j',
    async (_typed, expected, i) => expect((await completed())[i]).toEqual(expected),
  );
}

interface Row {
  typed: unknown;
  program: string;
  expected: unknown[];
}

const quoted = (words: readonly string[]): string => words.map((w) => `'${w}'`).join(' ');

describe.skipIf(!has('bash'))('completion in bash', () => {
  /** Words as bash has them in COMP_WORDS, `=` being a word of its own. */
  const ROWS: [words: string[], expected: string[]][] = [
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
  ];
  const program = (words: string[]): string =>
    `COMP_WORDS=(sentinelctl ${quoted(words)}); COMP_CWORD=${words.length}; COMPREPLY=()
     _sentinelctl sentinelctl; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const rows = ROWS.map(([typed, expected]) => ({ typed, expected, program: program(typed) }));
  complete('bash', ['--norc'], 'source <(sentinelctl completion bash)', rows);
});

describe.skipIf(!has('zsh'))('completion in zsh', () => {
  /** What is handed to zsh's own _describe, which needs a line editor to show it. */
  const SOURCE = `compdef() { :; }; _files() { print files; }; _describe() { print -l -- "\${found[@]}"; }
    source <(sentinelctl completion zsh)`;
  const ROWS: [words: string[], expected: unknown[]][] = [
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
  ];
  const program = (words: string[]): string =>
    `words=(sentinelctl ${quoted(words)}); CURRENT=${words.length + 1}; _sentinelctl`;
  const rows = ROWS.map(([typed, expected]) => ({ typed, expected, program: program(typed) }));
  complete('zsh', ['-f'], SOURCE, rows);
});

describe.skipIf(!has('fish'))('completion in fish', () => {
  const ROWS: [line: string, expected: unknown[]][] = [
    ['sentinelctl fail', [expect.stringMatching(/^failover-test\t./)]],
    ['sentinelctl kill --cluster staging ', ['master', 'redis-1', 'sentinel-1']],
    ['sentinelctl status --output=t', ['--output=table', '--output=tsv']],
    ['sentinelctl --password-file pas', ['pass word.txt']],
  ];
  const rows = ROWS.map(([typed, expected]) => ({ typed, expected, program: `complete -C '${typed}'` }));
  complete('fish', ['-N'], 'sentinelctl completion fish | source', rows);
});
