import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commands } from '../commands/index.js';
import { main } from '../src/cli/main.js';
import { memoryWorld } from './helpers/world.js';

const ROOT = join(import.meta.dirname, '..');
const harmful = Object.entries(commands).flatMap(([name, entry]) => (entry.harmful ? [name] : []));

/** A command that interrupts clients or removes data, as a line that could be pasted: `--help` makes it harmless. */
const HARMFUL = new RegExp(`\\bsentinelctl (${harmful.join('|')})(?![\\w-])(?! --help)`);
const harmfulWords = (words: string): boolean => HARMFUL.test(`sentinelctl ${words}`);

/** Where such a line is not a suggestion: the result of a run repeats what was typed. */
const REPEATED = [
  'commands/shared/failover-options.ts',
  'commands/sweep.ts',
  'src/scenarios/play/quorum.ts',
  // The name of a test suite, and the first screen of --help.
  'src/report/junit.ts',
  'src/cli/help.ts',
];

const sources = ['src', 'commands'].flatMap((folder) =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name))),
);

/** Every line of a source file that names a harmful command: comments and the commands' own examples are left out. */
function suggestionsIn(file: string): string[] {
  const text = readFileSync(join(ROOT, file), 'utf8').replace(/\bexamples:\s*\[[^\]]*\]/g, '');
  return text
    .split('\n')
    .filter((line) => !/^\s*(\/?\*|\/\/)/.test(line))
    .filter((line) => {
      const words = /\b(?:command|ctl)\(\s*['"`]([^'"`]*)/.exec(line)?.[1];
      return HARMFUL.test(line) || (words !== undefined && harmfulWords(words));
    })
    .map((line) => `${file}: ${line.trim()}`);
}

describe('no hint and no suggestion names a command that interrupts clients or removes data', () => {
  it('knows which those are', () => {
    expect(harmful.sort()).toEqual(
      [
        'down',
        'failover-test',
        'inject',
        'kill',
        'pause',
        'quorum-test',
        'stop',
        'sweep',
        'switchover',
      ].sort(),
    );
    expect(harmfulWords('kill redis-2') && !harmfulWords('kill --help') && !harmfulWords('start x')).toBe(
      true,
    );
  });

  it('in any text of any source file', () => {
    const files = sources.filter((file) => !REPEATED.includes(file));
    expect(files.length).toBeGreaterThan(400);
    expect(files.flatMap(suggestionsIn)).toEqual([]);
  });

  it.each(harmful)('a misspelt %s is not completed', async (name) => {
    const typed = [
      name.slice(0, -1),
      name.slice(1),
      `${name}x`,
      `${name[1]}${name[0]}${name.slice(2)}`,
      name.slice(0, Math.ceil(name.length / 2)),
    ];
    for (const word of typed) {
      const world = memoryWorld({ commands });
      expect(await main([word], world), word).toBe(64);
      expect(world.stderr.text, word).not.toMatch(new RegExp(`\\b(${harmful.join('|')})\\b(?! --help)(?!")`));
    }
  });

  it.each(harmful)('%s without its argument is explained, not completed', async (name) => {
    const def = (await commands[name]?.load())?.default;
    if (def?.arguments.some((argument) => argument.required) !== true) return;
    const world = memoryWorld({ commands });
    expect(await main([name], world)).toBe(64);
    expect(world.stderr.text).toContain(`  try: sentinelctl ${name} --help\n`);
  });
});
