import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.js';
import { until } from '../../src/until.js';
import { BIN, type Cli, openCli, type Ran } from '../helpers/cli.js';
import { ask, nodesOf } from '../helpers/inside.js';
import { QUIET } from '../helpers/quiet.js';
import { expectNoStack } from '../helpers/refusal.js';

let cli: Cli;
beforeAll(async () => {
  cli = await openCli();
  const up = await cli.run(['up', '--driver', 'process', '--port', 'auto', ...QUIET]);
  expect(up.code, up.stderr).toBe(0);
});
afterAll(() => cli?.close());

/** Runs a line in bash, where `$ctl` is the built command. */
async function shell(line: string, env: Record<string, string> = {}) {
  const { NO_COLOR: _, FORCE_COLOR: __, COLUMNS: ___, ...inherited } = process.env;
  // Servers get half of it to answer, on a slow machine too.
  const all = {
    ...inherited,
    SENTINELCTL_HOME: cli.home,
    SENTINELCTL_TIMEOUT: '120s',
    TERM: 'xterm',
    ...env,
  };
  const ctl = `ctl="${process.execPath} ${BIN}"; `;
  const ran = await promisify(execFile)('bash', ['-c', ctl + line], { env: all });
  expectNoStack(ran);
  return ran;
}

const COLOURED = new RegExp(`${'\u001b'}\\[\\d+m`);
const LOOKS = ['status', 'masters', 'replicas', 'sentinels', 'list', 'master-addr', 'up'];

/** What follows a log notices a closed pipe at its next line: a sentinel logs each SENTINEL SET. */
async function logUntil(over: Promise<unknown>): Promise<void> {
  const sentinel = (await nodesOf(cli)).find((n) => n.kind === 'sentinel');
  if (sentinel === undefined) throw new Error('there is no sentinel');
  let isOver = false;
  const ends = (): void => {
    isOver = true;
  };
  over.then(ends, ends);
  const tell = async (): Promise<true | undefined> => {
    if (!isOver) await ask(sentinel, ['SENTINEL', 'SET', 'mymaster', 'parallel-syncs', '1']);
    return isOver || undefined;
  };
  await until(tell, { clock: systemClock, everyMs: 50, deadlineMs: 120_000 });
}

describe('standard output', () => {
  it.each(['status', 'logs', 'logs -f', 'logs --json', 'config', 'up --help', 'masters --output tsv'])(
    'closed after one line: %s ends quietly',
    async (words) => {
      const piped = shell(`$ctl ${words} | head -1; echo "codes \${PIPESTATUS[@]}"`);
      if (words === 'logs -f') await logUntil(piped);
      const { stdout, stderr } = await piped;
      expect(stdout).toMatch(/^.+\ncodes 0 0\n$/);
      expect(stderr).toBe('');
    },
  );

  it('that no process reads', async () => {
    const { stdout, stderr } = await shell('$ctl logs | true; echo "code $PIPESTATUS"');
    expect(stdout).toBe('code 0\n');
    expect(stderr).toBe('');
  });

  it('that cannot take it is an error on the other stream, not a success', async () => {
    const { stdout, stderr } = await shell('$ctl status --json >/dev/full; echo "code $?"');
    expect(stdout).toBe('code 2\n');
    expect(stderr).toMatch(/^error: cannot write the output\n/);
  });

  it('or standard error, or input, closed from the start', async () => {
    expect((await shell('$ctl status >&-; echo "code $?"')).stdout).toBe('code 0\n');
    expect((await shell('$ctl kill nobody 2>&-; echo "code $?"')).stdout).toBe('code 64\n');
    expect((await shell('$ctl status <&- >/dev/null; echo "code $?"')).stdout).toBe('code 0\n');
  });

  it('of an error is written also where no file can be opened any more', async () => {
    const fill = join(cli.home, 'fill.cjs');
    // The command line is loaded when its words are taken: what loads later finds no descriptor.
    await writeFile(
      fill,
      `process.argv.slice = function (...at) {
        try { for (;;) require('node:fs').openSync('/dev/null'); } catch {}
        return Array.prototype.slice.apply(this, at);
      };`,
    );
    const { stderr } = await shell('ulimit -n 64; $ctl nonsense; echo "code $?" >&2', {
      NODE_OPTIONS: `--require ${fill}`,
    });
    expect(stderr).toBe(
      'error: unknown command "nonsense"\n  try: sentinelctl --help # lists the commands\ncode 64\n',
    );
  });

  it('that is slow gets everything', async () => {
    const { stdout } = await shell('$ctl logs | (while ! read -r -t 0; do :; done; cat)');
    const whole = (await cli.run(['logs'])).stdout;
    expect(whole.startsWith(stdout)).toBe(true);
    expect(stdout.split('\n').length).toBeGreaterThan(50);
  });
});

describe('no terminal', () => {
  it('no command: help and 64; a missing argument: an error, no question', async () => {
    const alone = await cli.run([], { via: [] });
    expect(alone).toMatchObject({ code: 64, stderr: '' });
    expect(alone.stdout).toContain('Usage:');
    expect(await cli.run(['stop'], { via: [] })).toMatchObject({ code: 64, stdout: '' });
    const waiting = spawn(process.execPath, [BIN, 'stop'], { stdio: ['pipe', 'ignore', 'ignore'] });
    // Its standard input stays open, and the command does not wait for it.
    expect((await once(waiting, 'exit'))[0]).toBe(64);
    waiting.stdin.end();
  });

  it('neither colour nor anything that moves, on either stream', async () => {
    // As a process of its own `status` alone: what is decided there is decided for all of them.
    for (const words of LOOKS) {
      const { stdout, stderr } = await cli.run([words], words === 'status' ? { via: [] } : {});
      expect(stdout + stderr).not.toContain('\u001b');
      expect(stdout + stderr).not.toContain('\r');
    }
  });

  it('colour where it is forced', async () => {
    expect((await cli.run(['status'], { env: { FORCE_COLOR: '1' }, via: [] })).stdout).toMatch(COLOURED);
    expect((await cli.run(['status', '--color'])).stdout).toMatch(COLOURED);
    expect((await cli.run(['status', '--json', '--color'])).stdout).not.toMatch(COLOURED);
  });
});

describe('a terminal', () => {
  const onTerminal = async (words: string, env: Record<string, string> = {}): Promise<string> =>
    (await shell(`script -qec "$ctl ${words}" /dev/null </dev/null`, env)).stdout;

  it('gets colour, and none with NO_COLOR, --no-color or TERM=dumb', async () => {
    expect(await onTerminal('status')).toMatch(COLOURED);
    expect(await onTerminal('status --no-color')).not.toMatch(COLOURED);
    expect(await onTerminal('status', { NO_COLOR: '1' })).not.toMatch(COLOURED);
    expect(await onTerminal('status', { TERM: 'dumb' })).not.toMatch(COLOURED);
    expect(await onTerminal('status', { NO_COLOR: '' })).toMatch(COLOURED);
  });
});

describe('40 columns', () => {
  it.each(LOOKS)('%s fits', async (words) => {
    const { stdout } = await cli.run([words], { env: { COLUMNS: '40' } });
    expect(stdout.split('\n').filter((line) => [...line].length > 40)).toEqual([]);
  });

  it.each(LOOKS)('in a pipe no line of %s is broken', async (words) => {
    const piped = await cli.run([words]);
    const wide = await cli.run([words], { env: { COLUMNS: '9999' } });
    expect(piped.stdout).not.toBe('');
    const lines = ({ stdout }: Ran): number => stdout.split('\n').length;
    expect(lines(piped)).toBe(lines(wide));
  });

  it('nonsense in COLUMNS is ignored', async () => {
    const plain = (await cli.run(['masters'])).stdout;
    for (const columns of ['0', '-3', 'wide', '1e9', ''])
      expect((await cli.run(['masters'], { env: { COLUMNS: columns } })).stdout).toBe(plain);
  });
});
