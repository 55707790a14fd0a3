import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { main } from '../../../src/cli/main.js';
import { registry, run } from '../../helpers/main-commands.js';
import { tempDir } from '../../helpers/temp-dir.js';
import { type MemoryWorldOptions, memoryWorld } from '../../helpers/world.js';

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
    [['echo', '--junk', 'x'], /unknown option "--junk" for echo/, /--set junk=1/],
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
