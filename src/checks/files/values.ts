import { FILE_NAMES, NUMBERS, SIZES, TEXTS, WORDS, YES_NO } from './kinds.js';
import { splitArgs } from './split-args.js';

const SIZE = /^\d*(b|kb?|mb?|gb?)?$/i;
const INTEGER = /^(0|-?[1-9]\d*)$/;
/** What strtoll takes to its end. */
const LOOSE = /^\s*[-+]?\d+$/;

/** Undefined where the words are right, else what the directive takes. */
type Judge = (args: string[]) => string | undefined;

const savePoints: Judge = (args) =>
  args.length === 1 && args[0] === ''
    ? undefined
    : args.length % 2 === 0 && args.every((arg, i) => LOOSE.test(arg) && Number(arg) >= (i % 2 === 0 ? 1 : 0))
      ? undefined
      : 'takes pairs of seconds and changes, or "" for none';

const follows: Judge = ([host, port = '', ...more]) =>
  host !== undefined &&
  more.length === 0 &&
  (`${host} ${port}`.toLowerCase() === 'no one' ||
    (LOOSE.test(port) && Number(port) >= 0 && Number(port) <= 65535))
    ? undefined
    : 'takes a host and a port';

const bufferLimits: Judge = (args) =>
  args.length % 4 === 0 &&
  args.every((arg, i) =>
    i % 4 === 0
      ? /^(normal|replica|slave|pubsub)$/i.test(arg)
      : i % 4 === 3
        ? LOOSE.test(arg) && Number(arg) >= 0
        : SIZE.test(arg),
  )
    ? undefined
    : 'takes fours of normal, replica or pubsub, two sizes, and seconds';

const words =
  (least: number, most: number, what: string): Judge =>
  ({ length }) =>
    length >= least && length <= most ? undefined : `takes ${what}`;

/** Directives of several words; one quoted word is split into them (config.c, MULTI_ARG_CONFIG). */
const SEVERAL: Readonly<Record<string, Judge>> = {
  save: savePoints,
  replicaof: follows,
  'client-output-buffer-limit': bufferLimits,
  'oom-score-adj-values': (args) =>
    args.length === 3 && args.every((arg) => LOOSE.test(arg) && Math.abs(Number(arg)) <= 2000)
      ? undefined
      : 'takes three numbers from -2000 to 2000',
  bind: (args) =>
    args.some((arg) => arg.startsWith('#'))
      ? `takes addresses: ${args.length - args.findIndex((arg) => arg.startsWith('#'))} words of the comment are taken for more of them`
      : words(0, 16, '16 addresses at most')(args),
  'shutdown-on-sigint': words(1, Infinity, 'one word or more'),
  'shutdown-on-sigterm': words(1, Infinity, 'one word or more'),
};

/** Those that are not parameters (config.c, loadServerConfigFromString). */
const OTHERS: Readonly<Record<string, Judge>> = {
  'rename-command': words(2, 2, 'a command and its new name, "" for none'),
  user: words(1, Infinity, 'a name, and its rules'),
  loadmodule: words(1, Infinity, 'a path'),
};

/** Whether a directive may have several values. */
export const takesSeveral = (name: string): boolean =>
  name === 'sentinel' || name in SEVERAL || name in OTHERS;

/** Whether a directive has one value, and no more. */
export const isSingle = (name: string): boolean => singleOf(name) !== undefined;

/**
 * Why a server stops at a directive; undefined where it does not, or where that is not known. Never says a
 * text, which may be a password.
 */
export function refusalOf(name: string, args: string[]): string | undefined {
  const several = SEVERAL[name];
  if (several !== undefined) {
    const [only = ''] = args;
    return several(args.length === 1 && only !== '' ? (splitArgs(only) ?? args) : args);
  }
  const single = singleOf(name);
  if (single === undefined) return OTHERS[name]?.(args);
  if (args.length !== 1) return `takes one value, but has ${args.length === 0 ? 'none' : args.length}`;
  const [value = ''] = args;
  const why = single(value);
  return why === undefined ? undefined : `${why}, not ${JSON.stringify(value)}`;
}

function singleOf(name: string): ((value: string) => string | undefined) | undefined {
  if (YES_NO.has(name)) return (value) => (/^(yes|no)$/i.test(value) ? undefined : 'takes yes or no');
  if (SIZES.has(name))
    return (value) =>
      SIZE.test(value) ? undefined : 'takes a number, with b, k, kb, m, mb, g or gb behind it';
  if (FILE_NAMES.has(name))
    return (value) => (/[/\\]/.test(value) ? 'takes the name of a file, without a directory' : undefined);
  if (TEXTS.has(name)) return () => undefined;
  const range = NUMBERS.get(name);
  if (range !== undefined) return (value) => numberRefusal(value, range);
  const choices = WORDS[name]?.split(' ');
  return (
    choices &&
    ((value) => (choices.includes(value.toLowerCase()) ? undefined : `takes one of ${choices.join(', ')}`))
  );
}

function numberRefusal(value: string, [least, most]: readonly [number, number]): string | undefined {
  const within = INTEGER.test(value) && Number(value) >= least && Number(value) <= most;
  return within
    ? undefined
    : `takes a whole number ${most === Infinity ? `of ${least} or more` : `from ${least} to ${most}`}`;
}
