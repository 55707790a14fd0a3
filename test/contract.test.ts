import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Option } from 'commander';
import { describe, expect, it } from 'vitest';
import { commands } from '../commands/index.js';
import { GLOBAL_OPTIONS } from '../src/cli/global-options.js';
import { main } from '../src/cli/main.js';
import { secondLook } from '../src/cli/parse.js';
import { GROUPS, loadCommand } from '../src/cli/registry.js';
import { memoryWorld } from './helpers/world.js';

const names = Object.keys(commands);
const load = async (name: string) => {
  const def = await loadCommand(commands, name);
  if (def === undefined) throw new Error(`${name} is not in the registry`);
  return def;
};

/** The words of an example, with or without `eval "$(…)"` around it, as a shell would split them. */
const exampleWords = (example: string): string[] =>
  ((/sentinelctl ((?:'[^']*'|[^")|'])*)/.exec(example)?.[1] ?? '').match(/(?:'[^']*'|[^\s'])+/g) ?? []).map(
    (word) => word.replaceAll("'", ''),
  );

describe('the registry', () => {
  it('lists every file of commands/, and nothing else', () => {
    const directory = fileURLToPath(new URL('../commands', import.meta.url));
    const files = readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && entry.name !== 'index.ts')
      .map((entry) => entry.name.slice(0, -3));
    expect([...names].sort()).toEqual(files.sort());
  });

  it('has no empty group', () => {
    for (const group of GROUPS) expect(Object.values(commands).map((c) => c.group)).toContain(group);
  });
});

describe.each(names)('%s', (name) => {
  it('has a summary that begins with a verb and fits into a line of help', async () => {
    expect((await load(name)).summary).toMatch(/^[a-z]+ .{5,80}[^.]$/);
  });

  it('has examples, and each is a command line that can be parsed', async () => {
    const def = await load(name);
    expect(def.examples.length).toBeGreaterThan(0);
    expect(def.examples[0]).toMatch(new RegExp(`^sentinelctl ${name}( |$)`));
    for (const example of def.examples) {
      expect(example).toContain(`sentinelctl ${name}`);
      expect(() => secondLook(def, exampleWords(example)), example).not.toThrow();
    }
  });

  it('answers --help with its examples, its arguments and its options, and JSON does not change that', async () => {
    const def = await load(name);
    for (const argv of [
      [name, '--help'],
      ['--help', name],
      [name, '--json', '-h'],
    ]) {
      const world = memoryWorld({ commands });
      expect(await main(argv, world)).toBe(0);
      expect(world.stderr.text).toBe('');
      for (const text of [...def.examples, ...Object.values(def.options).map((o) => o.flags)]) {
        expect(world.stdout.text).toContain(text);
      }
      for (const argument of def.arguments) expect(world.stdout.text).toContain(argument.name);
    }
  });

  it('has no option twice, and none of those that every command takes', async () => {
    const def = await load(name);
    const flags = [...Object.values(def.options), ...GLOBAL_OPTIONS].flatMap(({ flags }) => {
      const { short, long } = new Option(flags);
      return [short, long].filter((flag) => flag !== undefined);
    });
    expect(flags.filter((flag, i) => flags.indexOf(flag) !== i)).toEqual([]);
  });

  it('says of each option and argument what it is', async () => {
    const def = await load(name);
    for (const { summary, flags } of Object.values(def.options)) expect(summary, flags).toMatch(/\S{2}/);
    for (const argument of def.arguments) {
      expect(argument.summary, argument.name).toMatch(/\S{2}/);
      expect(argument.name).toMatch(/^[A-Z][A-Z-]*$/);
    }
    const required = def.arguments.map((a) => a.required);
    expect(required, 'required arguments come first').toEqual(
      [...required].sort((a, b) => Number(b) - Number(a)),
    );
    expect(def.arguments.slice(0, -1).every((a) => !a.variadic)).toBe(true);
  });

  it('has rows for --output tsv, unless its output is a script or for sentinelctl itself', async () => {
    const hasRows = (await load(name)).rows !== undefined;
    expect(hasRows).toBe(name !== 'completion' && !name.startsWith('__'));
  });

  it('with --json a wrong option is one JSON document and exit code 64', async () => {
    const world = memoryWorld({ commands });
    expect(await main([name, '--json', '--no-such-option'], world)).toBe(64);
    expect(JSON.parse(world.stdout.text)).toMatchObject({ error: { code: 'unknown-option' } });
    expect(world.stderr.text).toBe('');
  });
});
