import { Option } from 'commander';
import { expect } from 'vitest';
import { commands } from '../../commands/index.js';
import { GLOBAL_OPTIONS } from '../../src/cli/global-options.js';
import { main } from '../../src/cli/main.js';
import { secondLook } from '../../src/cli/parse.js';
import { loadCommand } from '../../src/cli/registry.js';
import { memoryWorld } from './world.js';

/** What follows a command line in a sentence: the line ends before it. */
const PROSE = /^(and|or|if|to|to:|which|with|where|once|then|first|[a-z]+s)$/;
/** A word that stands for what a person must fill in. */
const PLACEHOLDER = /^[A-Z][A-Z:,…-]*$/;

/** The command lines in a hint, as the words after `sentinelctl`; those with something to fill in are left out. */
export async function linesIn(hint: string): Promise<string[][]> {
  const lines: string[][] = [];
  for (const [, rest = ''] of hint.matchAll(/\bsentinelctl ((?:[^\n;()`]|`)*)/g)) {
    const words = await lineOf(rest.split(/\s+/).map((word) => word.replace(/[,:]$/, '')));
    if (words !== undefined && !words.some((word) => PLACEHOLDER.test(word))) lines.push(words);
  }
  return lines;
}

/** As many words as the command takes: its options with their values, and its arguments. */
async function lineOf([name = '', ...rest]: string[]): Promise<string[] | undefined> {
  if (name === '--help' || name === '--version') return [name];
  const def = await loadCommand(commands, name);
  // A sentence about sentinelctl itself.
  if (def === undefined) return undefined;
  const options = [...Object.values(def.options), ...GLOBAL_OPTIONS].map(({ flags }) => new Option(flags));
  const line = [name];
  let room = def.arguments.some((a) => a.variadic) ? Number.POSITIVE_INFINITY : def.arguments.length;
  while (rest.length > 0) {
    const [word = '', next] = rest;
    if (word.startsWith('-')) {
      line.push(word);
      rest.shift();
      const option = options.find((o) => o.long === word || o.short === word);
      if (option?.required === true && next !== undefined) line.push(rest.shift() ?? '');
    } else if (room > 0 && word !== '' && !PROSE.test(word)) {
      line.push(word);
      rest.shift();
      room--;
    } else break;
  }
  return line;
}

/** Every command line of a hint can be typed: the command exists, and takes these options, values and arguments. */
export async function expectTypeable(hint: string): Promise<void> {
  for (const [name = '', ...words] of await linesIn(hint)) {
    const line = [name, ...words];
    const shown = `the hint says: ${hint}\ntyped: sentinelctl ${line.join(' ')}`;
    const isHelp = line.includes('--help') || line.includes('--version');
    if (isHelp) {
      expect(await main(line, memoryWorld({ commands })), shown).toBe(0);
      continue;
    }
    const def = await loadCommand(commands, name);
    if (def === undefined) throw new Error(shown);
    const parsed = secondLook(def, line);
    const missing = def.arguments.filter((a) => a.required).length - parsed.words.length;
    expect(missing, shown).toBeLessThanOrEqual(0);
  }
}
