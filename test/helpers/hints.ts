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
  for (const [, rest = ''] of hint.matchAll(/\bsentinelctl ((?:[^\n;()#`]|`)*)/g)) {
    const typed = rest.match(QUOTED_WORD) ?? [];
    const bare = typed.map((word) => word.replace(/[,:]$/, '').replace(/^(['"])(.*)\1$/s, '$2'));
    const words = await lineOf(bare);
    if (words !== undefined && !words.some((word) => PLACEHOLDER.test(word))) lines.push(words);
  }
  return lines;
}

/** A word as a shell splits a line. */
const QUOTED_WORD = /"[^"]*"|'[^']*'|\S+/g;

/** As many words as the command takes: its options with their values, and its arguments. */
async function lineOf([name = '', ...rest]: string[]): Promise<string[] | undefined> {
  if (name === '--help' || name === '--version') return [name];
  const def = await loadCommand(commands, name);
  // A sentence about sentinelctl itself.
  if (def === undefined) return undefined;
  const options = [...Object.values(def.options), ...GLOBAL_OPTIONS].map(({ flags }) => new Option(flags));
  const line = [name];
  // A name may look like a verb.
  let needed = def.arguments.filter((a) => a.required).length;
  let room = def.arguments.some((a) => a.variadic) ? Number.POSITIVE_INFINITY : def.arguments.length;
  while (rest.length > 0) {
    const [word = '', next] = rest;
    if (word.startsWith('-')) {
      line.push(word);
      rest.shift();
      const option = options.find((o) => o.long === word || o.short === word);
      if (option?.required === true && next !== undefined) line.push(rest.shift() ?? '');
    } else if (room > 0 && word !== '' && (needed > 0 || !PROSE.test(word))) {
      needed--;
      line.push(word);
      rest.shift();
      room--;
    } else break;
  }
  return line;
}

/** A line of a hint that begins with a command is that command alone, so that it can be pasted; words stand behind ` # `. */
async function expectAlone(hint: string): Promise<void> {
  for (const line of hint.split('\n').filter((l) => l.startsWith('sentinelctl '))) {
    const words = line.split(' # ')[0]?.match(QUOTED_WORD)?.slice(1) ?? [];
    expect(await lineOf(words), `cannot be pasted as it is: ${line}`).toEqual(words);
  }
}

/** Every command line of a hint can be typed: the command exists, and takes these options, values and arguments. */
export async function expectTypeable(hint: string): Promise<void> {
  await expectAlone(hint);
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

/** Commands that only look: a test that was refused something may type them without a change of what it goes on with. */
const LOOKS =
  /^(--help|--version|list|explain|faults|history|completion|env|config|masters|replicas|sentinels|master-addr|topology|audit|logs|status|doctor|chaos (list|show)|use$)/;
/** What those exit with that judge a cluster: whatever its state is, but nothing that says that the line was wrong. */
const JUDGES = /^(status|doctor|masters|replicas|sentinels|master-addr)\b/;

/** Lines that were typed in this worker's test files: a hint that many errors give is typed once. */
const typed = new Set<string>();

/** Types what a hint says where that changes nothing; it exits as it should there. */
export async function typeLooks(
  { code: refusedFor, hint }: { code: string; hint: string },
  run: (words: string[]) => Promise<{ code: number | null; stderr: string }>,
): Promise<void> {
  // What stands behind it is for later: something else comes first.
  for (const words of await linesIn(hint.replace(/, then: .*/, ''))) {
    const line = words.join(' ');
    const isHelp = words.includes('--help');
    if (!(isHelp || LOOKS.test(line)) || /\s(--fix|--watch|-f|--follow)\b/.test(line) || typed.has(line))
      continue;
    typed.add(line);
    const { code, stderr } = await run(words);
    // A word that was misspelt, or a wrong value, is corrected, whether there is a cluster or not.
    const noCluster = /^(unknown-command$|bad-)/.test(refusedFor) ? [3] : [];
    const judged = JUDGES.test(line) ? [0, 1, 2, 5, ...noCluster] : [0, ...noCluster];
    expect(isHelp ? [0] : judged, `${hint}\ntyped: ${line}\n${stderr}`).toContain(code);
  }
}
