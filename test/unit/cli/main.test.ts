import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import doctor from '../../../commands/doctor.js';
import { CUT_OFF } from '../../../commands/shared/verdict.js';
import { argument } from '../../../src/cli/argument.js';
import { type CommandDef, defineCommand } from '../../../src/cli/command.js';

import type { Context } from '../../../src/cli/context.js';
import { main } from '../../../src/cli/main.js';
import { option } from '../../../src/cli/option.js';
import type { Registry } from '../../../src/cli/registry.js';
import { systemClock } from '../../../src/clock.js';
import type { Globals } from '../../../src/config/globals.js';
import { keyValue } from '../../../src/config/parsers.js';
import { EXIT, notRestored, refused } from '../../../src/errors.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { type MemoryWorld, type MemoryWorldOptions, memoryWorld } from '../../helpers/world.js';

/** Shows what it got. */
const echo = defineCommand({
  description: 'First line,\nsecond line.',
  examples: ['sentinelctl echo'],
  arguments: [argument.rest('WORD', { summary: 'words' })],
  options: {
    downAfterMs: option.duration('--down-after <duration>', { summary: 'how long', default: 5000 }),
    restart: option.off('--no-restart', { summary: 'leave it' }),
    follow: option.flag('-f, --follow', { summary: 'keep printing' }),
    mode: option.choice('--mode <which>', ['fast', 'slow'], { summary: 'which' }),
    set: option.values('--set <key=value>', { summary: 'repeatable', parse: keyValue('--set', 'a=b') }),
    watchMs: option.duration('--watch [interval]', { summary: 'repeat', alone: 2000, flagOnly: true }),
  },
  run: async ({ globals }, { args, options }) => ({ globals, args: args[0], options }),
  render: () => 'rendered',
  toJson: (result) => result,
});

const plain = (run: (context: Context) => Promise<unknown>, more: Partial<CommandDef> = {}): CommandDef => ({
  ...defineCommand({ examples: ['sentinelctl x'], run, render: (result) => String(result) }),
  ...more,
});

const untilAborted = ({ signal }: Context): Promise<never> =>
  new Promise((_, reject) =>
    signal.addEventListener('abort', () => reject(new Error('socket closed')), { once: true }),
  );

const COMMANDS: Record<string, CommandDef> = {
  echo,
  sick: plain(async () => 'sick', { exitCode: () => EXIT.violated }),
  refuses: plain(async () => {
    throw refused('locked', 'another command is running', { why: 'line one\nline two', hint: 'wait' });
  }),
  breaks: plain(async () => {
    throw new TypeError('x is not a function');
  }),
  hangs: plain(untilAborted, { cutOff: ({ cluster }) => `aborted: redis-1 of ${cluster} may be down` }),
  changes: plain(
    (context) => {
      context.progress({ type: 'left', undo: ['first', 'second'] });
      return untilAborted(context);
    },
    { cutOff: CUT_OFF },
  ),
  stuck: plain(async (context) => {
    await untilAborted(context).catch(() => {});
    throw notRestored('left-over', 'redis-1 is still down');
  }),
  salvages: plain((context) => untilAborted(context).catch(() => 'measured until then')),
  streams: plain(async ({ write }) => {
    await write('one\n');
    await write('two\n');
  }),
  talks: plain(async ({ progress }) => {
    progress({ type: 'step', id: 'a', state: 'start', label: 'first' });
    progress({ type: 'step', id: 'a', state: 'done', label: 'first', ms: 84 });
    progress({ type: 'note', level: 'warning', text: 'beware' });
    return 'done';
  }),
  rows: plain(async () => 'r', {
    rows: {
      columns: ['a', 'b.c'],
      of: () => [{ a: 1, b: { c: 'x\ty' } }, { a: 1 }, { a: 2, b: { c: [3, 4] } }],
    },
  }),
  wants: plain(async () => 'w', {
    examples: ['sentinelctl wants redis-1'],
    arguments: [argument.required('NODE', { summary: 'which node', ask: 'Which?' })],
  }),
};

const ONE = argument.optional('WORD', { summary: 'one word' });
const SUMMARIES: Record<string, string> = { echo: 'show what was given' };

const registry: Registry = {
  ...Object.fromEntries(
    Object.entries({ ...COMMANDS, single: { ...echo, arguments: [ONE] } }).map(([name, command]) => [
      name,
      {
        summary: SUMMARIES[name] ?? name,
        group: 'Inspect' as const,
        load: async () => ({ default: command }),
      },
    ]),
  ),
  makes: { summary: 'makes', group: 'Cluster', creates: true, load: async () => ({ default: echo }) },
  broken: { summary: 'never loaded', group: 'Inspect', load: () => Promise.reject(new Error('loaded')) },
};

async function run(
  argv: string[],
  options: MemoryWorldOptions = {},
): Promise<{ code: number; out: string; err: string; world: MemoryWorld }> {
  const world = memoryWorld({ commands: registry, ...options });
  const code = await main(argv, world);
  return { code, out: world.stdout.text, err: world.stderr.text, world };
}

async function given(
  argv: string[],
  options?: MemoryWorldOptions,
): Promise<{ globals: Record<string, unknown>; args: string[]; options: unknown }> {
  const { out, code } = await run(['--json', ...argv], options);
  expect(code).toBe(0);
  return JSON.parse(out);
}

describe('the command line', () => {
  it('global options may stand before and after the command', async () => {
    for (const argv of [
      ['--cluster', 'c1', 'echo', 'w'],
      ['echo', 'w', '--cluster=c1'],
      ['echo', '--cluster', 'c1', 'w'],
    ]) {
      expect(await given(argv)).toMatchObject({
        globals: { cluster: 'c1', clusterGiven: true },
        args: ['w'],
      });
    }
  });

  it("a command's options are parsed, and have their defaults where they were not given", async () => {
    const defaults = { downAfterMs: 5000, restart: true, follow: false, set: [] };
    expect((await given(['echo'])).options).toEqual(defaults);
    const argv = [
      'echo',
      '--down-after',
      '2s',
      '--no-restart',
      '-f',
      '--mode=slow',
      '--set',
      'a=1',
      '--set',
      'b=2',
    ];
    expect((await given(argv)).options).toEqual({
      downAfterMs: 2000,
      restart: false,
      follow: true,
      mode: 'slow',
      set: [
        ['a', '1'],
        ['b', '2'],
      ],
    });
  });

  it('an option whose value may be left out has a value of its own then', async () => {
    const watching = async (...argv: string[]): Promise<unknown> =>
      ((await given(['echo', ...argv])).options as { watchMs?: number }).watchMs;
    expect([await watching(), await watching('--watch'), await watching('--watch=3s')]).toEqual([
      undefined,
      2000,
      3000,
    ]);
  });

  it('what is behind # in a pasted hint is left out, as a shell does it', async () => {
    expect((await given(['echo', 'w', '#', 'shows', 'it'])).args).toEqual(['w']);
  });

  it('after -- nothing is an option', async () => {
    expect((await given(['echo', '--', '--cluster'])).args).toEqual(['--cluster']);
  });

  it('the environment and the project file set options too', async () => {
    const cwd = await tempDir();
    await writeFile(join(cwd, 'sentinelctl.yaml'), 'mode: slow\ndown-after: 3s\nquiet: true\n');
    const env = { SENTINELCTL_DOWN_AFTER: '1s', SENTINELCTL_CLUSTER: 'from-env', SENTINELCTL_NO_INPUT: '1' };
    const seen = await given(['echo'], { cwd, env });
    expect(seen.options).toMatchObject({ mode: 'slow', downAfterMs: 1000 });
    expect(seen.globals).toMatchObject({ cluster: 'from-env', quiet: true, input: false });
  });

  const bad: [string[], RegExp, RegExp?][] = [
    [['ehco'], /unknown command "ehco"/, /did you mean echo\?/],
    [['xyzzy'], /unknown command "xyzzy"/],
    [['__proto__'], /unknown command/],
    [['a\x1b[31mb'], /unknown command "a\\u001b\[31mb"/],
    [['x'.repeat(300)], /unknown command/],
    [['echo', '--folow'], /unknown option "--folow" for echo/, /did you mean --follow\?/],
    [['--clutser', 'c', 'echo'], /unknown option "--clutser"/, /did you mean --cluster\?/],
    [['echo', '-x'], /unknown option "-x"/],
    [['echo', '--follow=yes'], /--follow takes no value/],
    [['echo', '--cluster'], /--cluster <name> argument missing/],
    [['echo', '--down-after', 'soon'], /--down-after: "soon" is not a duration/],
    [['echo', '--mode', 'fsat'], /--mode: "fsat" is not one of/, /--mode fast/],
    [['echo', '--output', 'xml'], /--output: "xml" is not one of/],
    [['echo', '--timeout', '0'], /--timeout: "0" is out of range/],
    [['echo', '--cluster', 'a/b'], /--cluster: "a\/b" is not a valid cluster name/],
    [['single', 'one', 'two'], /single takes only WORD; unexpected argument "two"/],
    [['sick', 'one'], /sick takes no argument/],
    [['sick', '--output', 'tsv'], /sick has no rows/],
    [['sick', '--output', 'name'], /sick has no rows to print as name/],
    [['rows', '--columns', 'a,d'], /--columns: unknown column "d"/, /rows has a, b\.c/],
    [['rows', '--columns', 'a', '--output', 'yaml'], /--columns cannot be combined with --output yaml/],
    [['wants'], /wants needs NODE/, /sentinelctl wants/],
  ];
  it.each(bad)('%j is a usage error', async (argv, message, more = /./) => {
    const { code, out, err } = await run(argv);
    expect(code).toBe(64);
    expect(out).toBe('');
    expect(err).toMatch(message);
    expect(err).toMatch(more);
    expect(err).toMatch(/^error: /);
    expect(err.split('\n').length).toBeLessThanOrEqual(4);
    expect(err).not.toMatch(/ {4}at /);
  });

  it.each(bad)('%j is one JSON document with --json', async (argv) => {
    const { code, out, err } = await run(['--json', ...argv.map((w) => (w === 'tsv' ? 'xml' : w))]);
    expect(code).toBe(64);
    expect(err).toBe('');
    expect(JSON.parse(out)).toEqual({
      error: expect.objectContaining({
        code: expect.any(String),
        message: expect.any(String),
        hint: expect.any(String),
      }),
    });
  });

  it('an unknown key in the project file is an error with its line and what was meant', async () => {
    const cwd = await tempDir();
    await writeFile(join(cwd, 'sentinelctl.yaml'), 'cluster: a\nmdoe: fast\n');
    const { broken: _, ...loadable } = registry;
    const { code, err } = await run(['sick'], { cwd, commands: loadable });
    expect(code).toBe(64);
    expect(err).toMatch(/sentinelctl.yaml:2/);
    expect(err).toMatch(/did you mean "mode"\?/);
  });

  it("another command's key in the project file is none of this command's business", async () => {
    const cwd = await tempDir();
    await writeFile(join(cwd, 'sentinelctl.yaml'), 'mode: fast\n');
    const { broken: _, ...loadable } = registry;
    expect((await run(['sick'], { cwd, commands: loadable })).code).toBe(1);
  });
});

describe('help', () => {
  it('lists the commands without loading one', async () => {
    const { code, out } = await run(['--help']);
    expect(code).toBe(0);
    expect(out).toMatch(/Examples:[\s\S]*Usage:[\s\S]*broken +never loaded[\s\S]*--cluster/);
  });

  it.each([
    [['echo', '--help']],
    [['-h', 'echo']],
    [['help', 'echo']],
    [['echo', '--down-after', 'soon', '-h']],
  ])('%j shows the examples first, then everything else', async (argv) => {
    const { code, out } = await run(argv);
    expect(code).toBe(0);
    expect(out).toMatch(
      /^Show what was given\.\n\nExamples:\n {2}\$ sentinelctl echo\n\nUsage:\n {2}sentinelctl echo \[WORD…\]/,
    );
    expect(out).toMatch(/First line, second line\./);
    expect(out).toMatch(/--mode <which> +which \(fast, slow\)/);
    expect(out).toMatch(/how long \(default: 5s\)/);
  });

  it('says which cluster is meant: what creates one never takes the only one', async () => {
    const meant = async (name: string): Promise<string> =>
      (await run([name, '--help'])).out.replace(/\s+/g, ' ');
    expect(await meant('echo')).toContain(
      '(default: the one that use chose, else the only one, else default)',
    );
    expect(await meant('makes')).toContain('(default: the one that use chose, else default)');
  });

  it('fits into 40 columns', async () => {
    const { out } = await run(['echo', '--help'], { env: { COLUMNS: '40' } });
    for (const line of out.split('\n').filter((l) => !l.includes('$ ')))
      expect(line.length).toBeLessThanOrEqual(40);
  });

  it('the version is the package’s', async () => {
    expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('no command, off a terminal: help and 64', async () => {
    const { code, out } = await run([]);
    expect(code).toBe(64);
    expect(out).toMatch(/Usage:/);
    expect((await run(['--no-input'], { tty: true })).code).toBe(64);
    expect(JSON.parse((await run(['--json'])).out)).toMatchObject({ error: { code: 'no-command' } });
  });
});

describe('results', () => {
  it('are rendered, or one document, or rows', async () => {
    expect((await run(['echo'])).out).toBe('rendered\n');
    expect((await run(['rows', '--output', 'tsv'])).out).toBe('a\tb.c\n1\tx y\n1\t\n2\t3,4\n');
    expect((await run(['rows', '--columns', 'b.c,a'])).out).toBe('b.c\ta\nx y\t1\n\t1\n3,4\t2\n');
    expect((await run(['rows', '--output', 'name'])).out).toBe('1\n2\n');
    expect((await run(['rows', '--json'])).out).toBe('"r"\n');
    expect((await run(['echo', '--output', 'yaml', 'w'])).out).toMatch(/args:\n {2}- w\n/);
    // However long a text is, it stays on its line.
    const long = 'a word and '.repeat(20).trim();
    expect((await run(['echo', '--output', 'yaml', long])).out).toContain(`- ${long}\n`);
  });

  it('JSON is laid out on a terminal', async () => {
    expect((await run(['echo', '--json'], { tty: true })).out).toMatch(/^\{\n {2}"globals": \{\n/);
  });

  it('the exit code is the command’s', async () => {
    expect(await run(['sick'])).toMatchObject({ code: 1, out: 'sick\n', err: '' });
  });

  it('progress goes to standard error, and nowhere with --quiet', async () => {
    const talks = await run(['talks', '--json']);
    expect(talks.out).toBe('"done"\n');
    expect(talks.err).toBe('first … 84 ms\nwarning: beware\n');
    expect((await run(['talks', '--quiet'])).err).toBe('');
  });

  it('a closed standard output is the end of it, not a failure', async () => {
    for (const command of ['streams', 'echo']) {
      const world = memoryWorld({ commands: registry });
      world.stdout._write = (_chunk, _encoding, done: (error?: Error) => void) =>
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      expect(await main([command], world)).toBe(0);
      expect(world.stderr.text).toBe('');
    }
  });

  it('a full disk is a failure that says so', async () => {
    const world = memoryWorld({ commands: registry });
    world.stdout._write = (_chunk, _encoding, done: (error?: Error) => void) =>
      done(Object.assign(new Error('no space left on device'), { code: 'ENOSPC' }));
    expect(await main(['echo', '--json'], world)).toBe(2);
    expect(world.stderr.text).toMatch(/cannot write the output\n {2}why: no space left/);
  });
});

describe('errors', () => {
  it('are what, why and what to type next', async () => {
    const { code, out, err } = await run(['refuses']);
    expect(code).toBe(3);
    expect(out).toBe('');
    expect(err).toBe(
      'error: another command is running\n  why: line one\n       line two\n  try: wait, then: sentinelctl refuses\n',
    );
  });

  it('an unexpected error is one line without a stack, exit 2', async () => {
    const { code, err } = await run(['breaks']);
    expect(code).toBe(2);
    expect(err).toMatch(/^error: unexpected: x is not a function\n {2}why: this is a bug/);
    expect(err).not.toMatch(/ {4}at /);
  });

  it('SENTINELCTL_DEBUG shows the stack', async () => {
    expect((await run(['breaks'], { env: { SENTINELCTL_DEBUG: '1' } })).err).toMatch(/ {4}at /);
  });

  it('colour is decided per stream', async () => {
    expect((await run(['refuses'])).err).not.toContain('\x1b');
    expect((await run(['refuses'], { tty: true })).err).toContain('\x1b[31merror:');
    expect((await run(['refuses'], { tty: true, env: { NO_COLOR: '1' } })).err).not.toContain('\x1b');
    expect((await run(['refuses', '--no-color'], { tty: true })).err).not.toContain('\x1b');
    expect((await run(['refuses', '--color'])).err).toContain('\x1b[31m');
  });
});

describe('interruptions', () => {
  function start(argv: string[]): { world: MemoryWorld; done: Promise<number> } {
    const world = memoryWorld({ commands: registry });
    return { world, done: main(argv, world) };
  }
  const listening = async (world: MemoryWorld): Promise<void> => {
    await expect.poll(() => world.listeners(), { interval: 2 }).toBeGreaterThan(0);
  };
  const ctrlC = { kind: 'signal', name: 'SIGINT' } as const;

  it.each([
    [ctrlC, 130],
    [{ kind: 'signal', name: 'SIGTERM' } as const, 143],
    [{ kind: 'signal', name: 'SIGHUP' } as const, 143],
    [{ kind: 'crash', error: new Error('in a listener') } as const, 2],
  ])('%j ends a command with %i', async (what, code) => {
    const { world, done } = start(['hangs']);
    await listening(world);
    world.interrupt(what);
    expect(await done).toBe(code);
    expect(world.listeners()).toBe(0);
    expect(world.left).toEqual([]);
    // The first cause wins: that a socket closed afterwards is of no interest.
    expect(world.stderr.text).not.toMatch(/socket closed/);
  });

  it.each([
    [ctrlC, 130, 'measured until then\n', ''],
    [
      { kind: 'crash', error: new Error('in a listener') } as const,
      2,
      '',
      'error: unexpected: in a listener\n',
    ],
  ])('%j of a command that still has a result: exit code %i', async (what, code, out, err) => {
    const { world, done } = start(['salvages']);
    await listening(world);
    world.interrupt(what);
    expect(await done).toBe(code);
    expect(world.stdout.text).toBe(out);
    expect(world.stderr.text).toContain(err);
  });

  it('the first Ctrl-C says so, a second one 1 s later leaves at once', async () => {
    let nowMs = 5000;
    const world = { ...memoryWorld({ commands: registry }), clock: { ...systemClock, now: () => nowMs } };
    const done = main(['hangs'], world);
    await listening(world);
    world.interrupt(ctrlC);
    // One Ctrl-C reaches the process twice where a wrapper passes it on.
    nowMs += 999;
    world.interrupt(ctrlC);
    world.interrupt({ kind: 'signal', name: 'SIGTERM' });
    expect(world.left).toEqual([]);
    nowMs += 1;
    world.interrupt(ctrlC);
    expect(world.left).toEqual([130]);
    expect(await done).toBe(130);
    expect(world.stderr.text).toMatch(
      /^Interrupted: cleaning up \(Ctrl-C again to abort without cleanup\)\naborted: redis-1 of default may be down\n/,
    );
  });

  it.each([[[]], [['--quiet']]])(
    'a second Ctrl-C says what was not rolled back, last change first %j',
    async (flags) => {
      let nowMs = 5000;
      const world = { ...memoryWorld({ commands: registry }), clock: { ...systemClock, now: () => nowMs } };
      const done = main(['changes', ...flags], world);
      await listening(world);
      world.interrupt(ctrlC);
      nowMs += 1000;
      world.interrupt(ctrlC);
      expect(world.left).toEqual([130]);
      expect(await done).toBe(130);
      expect(world.stderr.text).toContain(
        'this is left to do:\n  second\n  first\nroll it back and remove keys of the run:\n→ sentinelctl recover\n',
      );
    },
  );

  it('doctor --fix says at a second Ctrl-C what is half done; doctor alone has nothing to say', () => {
    const said = (undo: readonly string[] | null) => doctor.cutOff?.({ cluster: 'x' } as Globals, undo);
    expect(said(null)).toBeNull();
    expect(said([])).toBe(
      'aborted: no repair is half done, and those that are done stay; end the run, then doctor --fix does the rest:\n→ sentinelctl recover --cluster x',
    );
    expect(said(['first', 'second'])).toBe(
      'aborted without cleanup: a repair may be half done; this is left to do:\n  first\n  second\n' +
        'roll it back; the repairs before it are done, and stay:\n→ sentinelctl recover --cluster x',
    );
  });

  it('a failed rollback outweighs the interruption', async () => {
    const { world, done } = start(['stuck']);
    await listening(world);
    world.interrupt(ctrlC);
    expect(await done).toBe(4);
    expect(world.stderr.text).toMatch(/redis-1 is still down/);
  });

  it('with --json an interruption is a document', async () => {
    const { world, done } = start(['hangs', '--json']);
    await listening(world);
    world.interrupt(ctrlC);
    expect(await done).toBe(130);
    expect(JSON.parse(world.stdout.text)).toMatchObject({ error: { code: 'interrupted' } });
  });

  it('--timeout ends a command with 2 and says what to do', async () => {
    const { code, err, world } = await run(['hangs', '--timeout', '20ms']);
    expect(code).toBe(2);
    expect(err).toMatch(/not finished after 20ms[\s\S]*--timeout 40ms/);
    expect(world.listeners()).toBe(0);
  });
});

describe('questions', () => {
  async function home(): Promise<Record<string, string>> {
    const dir = await tempDir();
    await mkdir(join(dir, 'clusters', 'default'), { recursive: true });
    const plan = {
      driver: 'process',
      spec: { masterName: 'mymaster' },
      nodes: [{ id: 'redis-1' }, { id: 'redis-2' }],
    };
    await writeFile(join(dir, 'clusters', 'default', 'cluster.json'), JSON.stringify({ plan }));
    return { SENTINELCTL_HOME: dir };
  }
  const asks = defineCommand({
    examples: [],
    arguments: [argument.required('NODE', { summary: 'which', complete: 'node', ask: 'Which node?' })],
    run: async (_context, { args: [node] }) => node,
    render: (node) => node,
  });
  const commands: Registry = {
    asks: { summary: 'asks', group: 'Inspect', load: async () => ({ default: asks }) },
  };
  const asked = async (world: MemoryWorld): Promise<void> => {
    await expect.poll(() => world.stderr.text, { interval: 5, timeout: 50_000 }).toContain('Which node?');
  };

  it('a missing argument is asked for on a terminal, with the live choices', async () => {
    const world = memoryWorld({ commands, tty: true, env: await home() });
    const done = main(['asks'], world);
    await asked(world);
    expect(world.stderr.text).toContain('redis-2');
    world.stdin.write('\x1b[B\r');
    expect(await done).toBe(0);
    expect(world.stdout.text).toBe('redis-1\n');
  });

  it('Ctrl-C in a question ends with 130', async () => {
    const world = memoryWorld({ commands, tty: true, env: await home() });
    const done = main(['asks'], world);
    await asked(world);
    world.stdin.write('\x03');
    expect(await done).toBe(130);
    expect(world.stdout.text).toBe('');
  });

  it('the end of input in a question is a refusal (3)', async () => {
    const world = memoryWorld({ commands, tty: true, env: await home() });
    const done = main(['asks'], world);
    await asked(world);
    world.stdin.end();
    expect(await done).toBe(3);
  });

  it.each([['--no-input'], ['--json']])('nothing is asked with %s', async (flag) => {
    const world = memoryWorld({ commands, tty: true, env: await home() });
    expect(await main(['asks', flag], world)).toBe(64);
  });
});
