import { OPEN, writtenText } from './shell/expand.js';
import { splitArgs } from './split-args.js';
import { isSingle } from './values.js';

/** One line of a configuration, or one option of a command line; `name` in lower case, by its present name. */
export interface Directive {
  name: string;
  args: string[];
  file: string;
  line: number;
  /** Some of it is only known to the running container, as `$(hostname -i)`; it is shown as it is written. */
  open?: true;
}

/** Why a server would not take a file. */
export interface Trouble {
  file: string;
  line: number;
  message: string;
  /** The server, where the fault is none of the file alone, and what to do about it. */
  subject?: string;
  fix?: string[];
}

export interface ParsedConf {
  /** In the file's order; an `include` stands where its file's lines belong. */
  directives: Directive[];
  troubles: Trouble[];
}

/** Other spellings that servers take (config.c, the aliases of its table; Valkey's `primary…`). */
const ALIASES: Record<string, string> = {
  slaveof: 'replicaof',
  primaryauth: 'masterauth',
  primaryuser: 'masteruser',
  'repl-ping-slave-period': 'repl-ping-replica-period',
  'lua-time-limit': 'busy-reply-threshold',
  'list-max-ziplist-size': 'list-max-listpack-size',
};

/** The present name of a directive: `slave-priority` is `replica-priority`. */
export function presentName(name: string): string {
  const lower = name.toLowerCase();
  return (
    ALIASES[lower] ??
    lower
      .replace(/^slave-/, 'replica-')
      .replace(/^min-slaves-/, 'min-replicas-')
      .replace(/^cluster-slave-/, 'cluster-replica-')
  );
}

/**
 * Reads a configuration as Redis does (config.c, loadServerConfigFromString): a comment only where `#` is a line's
 * first character, one directive a line, names in any case. A line with quotes that are not balanced is a trouble.
 */
export function parseConf(file: string, text: string, firstLine = 1): ParsedConf {
  const directives: Directive[] = [];
  const troubles: Trouble[] = [];
  text.split('\n').forEach((raw, index) => {
    const line = firstLine + index;
    const trimmed = raw.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
    if (trimmed === '' || trimmed.startsWith('#')) return;
    const words = splitArgs(trimmed);
    if (words === undefined) {
      troubles.push({ file, line, message: 'unbalanced quotes: the server stops here' });
      return;
    }
    const [name, ...args] = words;
    if (name === undefined) return;
    directives.push(directive(name, args, file, line));
  });
  return { directives, troubles };
}

/**
 * A directive by its present name; of a `sentinel` line, what it says is in lower case and by
 * its present name too; Valkey's `primary-…` is Redis's `master-…`.
 */
export function directive(name: string, given: string[], file: string, line: number): Directive {
  const present = presentName(name);
  const isOpen = given.some((arg) => arg.includes(OPEN));
  const args = isOpen ? given.map(writtenText) : given;
  const place = { file, line, ...(isOpen && { open: true as const }) };
  if (present !== 'sentinel') return { name: present, args, ...place };
  const [first = '', ...rest] = args;
  const said = first
    .toLowerCase()
    .replace(/^known-slave$/, 'known-replica')
    .replace(/^primary-/, 'master-');
  return { name: present, args: [said, ...rest], ...place };
}

/**
 * Options of a command line as directives: `--save ""`, `--replicaof host port` (server.c, main: each option begins
 * a new line of configuration that is read after the file).
 */
export function optionDirectives(words: string[], file: string, line: number): Directive[] {
  const found: { name: string; args: string[] }[] = [];
  for (const word of words) {
    // A whole line may be one word: `'--sentinel monitor app 10.0.0.1 6379 2'`.
    const [name = word.slice(2), ...rest] = /\s/.test(word) ? (splitArgs(word.slice(2)) ?? []) : [];
    if (/^--[a-z]/i.test(word)) found.push({ name, args: rest });
    else found.at(-1)?.args.push(word);
  }
  return found
    .filter(({ name, args }) => name !== 'sentinel' || args.length > 0)
    .map(({ name, args }) => {
      // `--save "900 1"` is one word of two values.
      const [only = ''] = args;
      const isSplit = args.length === 1 && /\s/.test(only) && !isSingle(presentName(name));
      const split = isSplit ? (splitArgs(only) ?? args) : args;
      return directive(name, split, file, line);
    });
}
