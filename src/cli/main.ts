import { shown as quoted } from '../config/parsers.js';
import { variableOf } from '../config/settings.js';
import { EXIT, type OperatorError, usageError } from '../errors.js';
import { nearest } from '../model/nearest.js';
import { shellWord } from '../model/secrets.js';
import type { View } from '../report/text/theme.js';
import { type Failure, failureDocument, failureOf } from './failure.js';
import { GLOBAL_OPTIONS } from './global-options.js';
import { commandHelp, rootHelp } from './help.js';
import { jsonText } from './output.js';
import { firstLook, secondLook, unknownOption } from './parse.js';
import { loadCommand, type Registry } from './registry.js';
import type { Shown } from './run.js';
import { ClosedPipe, columnsOf, isUnbroken, safeStream, wantsColor } from './streams.js';
import type { World } from './world.js';

/**
 * Runs one command line and answers its exit code; writes to the world's streams and never exits by itself,
 * except at the second Ctrl-C. Throws nothing.
 */
export async function main(argv: readonly string[], world: World): Promise<number> {
  const shown: Shown = { json: wantsJson(argv, world.env), color: undefined };
  try {
    return await dispatch(argv, world, shown);
  } catch (error) {
    return await report(error, argv, world, shown);
  }
}

/** What is behind `#` in a hint that was pasted: without INTERACTIVE_COMMENTS zsh passes it as words. */
const withoutRemark = (argv: readonly string[]): readonly string[] => {
  const end = argv.indexOf('#');
  return end === -1 ? argv : argv.slice(0, end);
};

async function dispatch(typed: readonly string[], world: World, shown: Shown): Promise<number> {
  const argv = withoutRemark(typed);
  const look = firstLook(argv);
  if (typeof look.flags.color === 'boolean') shown.color = look.flags.color;
  const [first, ...rest] = look.words;
  const name = first === 'help' ? rest[0] : first;
  if (look.flags.version === true) {
    const { version } = await import('./version.js');
    return await print(world, `${await version()}\n`);
  }
  if (name === undefined) {
    if (look.stopped !== undefined) throw unknownOption(look.stopped, GLOBAL_OPTIONS);
    if (look.flags.help === true || first === 'help')
      return await print(world, `${rootHelp(world.commands, view(world, shown))}\n`);
    return await withoutCommand(argv, world, shown, look.flags.input === false);
  }
  const def = await loadCommand(world.commands, name);
  if (def === undefined) throw await unknownCommand(name, argv, world.commands);
  if (look.flags.help === true || first === 'help')
    return await print(world, `${commandHelp(def, view(world, shown))}\n`);
  const { runCommand } = await import('./run.js');
  return await runCommand(def, secondLook(def, argv), world, shown, argv);
}

/** `sentinelctl` alone: a menu for a person, help and exit code 64 for a script. */
async function withoutCommand(
  argv: readonly string[],
  world: World,
  shown: Shown,
  noInput: boolean,
): Promise<number> {
  if (shown.json) throw usageError('no-command', 'no command was given', { hint: 'sentinelctl --help' });
  const someone = [world.stdin, world.stdout, world.stderr].every((stream) => stream.isTTY === true);
  if (someone && !noInput) {
    const { menu } = await world.interactive();
    const code = await menu(world, argv, (line) => main(line, world));
    if (code !== undefined) return code;
  }
  await print(world, `${rootHelp(world.commands, view(world, shown))}\n`);
  return EXIT.usage;
}

async function unknownCommand(
  name: string,
  argv: readonly string[],
  commands: Registry,
): Promise<OperatorError> {
  const listed = Object.entries(commands).filter(([, entry]) => entry.hidden !== true);
  const closest = nearest(
    name,
    listed.map(([known]) => known),
  );
  const found = closest !== undefined && commands[closest]?.harmful === true ? undefined : closest;
  return usageError('unknown-command', `unknown command ${quoted(name)}`, {
    // A command that interrupts clients is never guessed.
    why: found === undefined ? undefined : `did you mean ${found}?`,
    hint:
      found === undefined
        ? 'sentinelctl --help # lists the commands'
        : await meantLine(found, [found, ...argv.toSpliced(argv.indexOf(name), 1)], commands),
  });
}

/** What was typed, with the command that was probably meant: one that acts on something that is named is only explained. */
async function meantLine(found: string, line: readonly string[], commands: Registry): Promise<string> {
  const help = `sentinelctl ${found} --help`;
  const def = await loadCommand(commands, found);
  if (def === undefined || def.arguments.some((argument) => argument.required)) return help;
  try {
    secondLook(def, line);
  } catch {
    return help;
  }
  return ['sentinelctl', ...line.map(shellWord)].join(' ');
}

function view(world: World, shown: Shown): View {
  return {
    color: wantsColor(world.stdout, world.env, shown.color),
    columns: columnsOf(world.stdout, world.env),
  };
}

async function print(world: World, text: string): Promise<number> {
  await safeStream(world.stdout).write(text);
  return EXIT.ok;
}

/** Prints an error: one document with --json, else three lines on standard error. */
async function report(error: unknown, argv: readonly string[], world: World, shown: Shown): Promise<number> {
  if (error instanceof ClosedPipe) return EXIT.ok;
  const failure = await hinted(failureOf(error), withoutRemark(argv), world);
  const written =
    shown.json && failure.code !== 'output-failed'
      ? safeStream(world.stdout).write(jsonText(failureDocument(failure), world.stdout.isTTY === true))
      : safeStream(world.stderr).write(await textOf(failure, world, shown));
  await written.catch(() => {});
  return failure.exitCode;
}

/** Where no further file can be opened, the hint stands as it is. */
async function hinted(failure: Failure, argv: readonly string[], { commands }: World): Promise<Failure> {
  if (failure.hint === undefined) return failure;
  try {
    const { withTypedHint } = await import('./typed-hint.js');
    return await withTypedHint(failure, argv, commands);
  } catch {
    return failure;
  }
}

/** What lays out text is loaded with the first error: where no further file can be opened, the words stand as they are. */
async function textOf(failure: Failure, { stderr, env }: World, { color }: Shown): Promise<string> {
  const layout = await import('./failure-text.js').catch(() => null);
  if (layout === null) return plainText(failure);
  return layout.failureText(failure, {
    color: wantsColor(stderr, env, color),
    debug: (env.SENTINELCTL_DEBUG ?? '') !== '',
    columns: isUnbroken(stderr, env) ? Infinity : columnsOf(stderr, env),
  });
}

const plainText = ({ message, why, hint, account }: Failure): string =>
  [
    `error: ${[message, ...account].join('\n')}`,
    ...(why === undefined ? [] : [`  why: ${why}`]),
    ...(hint === undefined ? [] : [`  try: ${hint}`]),
    '',
  ].join('\n');

/** Whether JSON was asked for, read from a command line that may be invalid. */
function wantsJson(argv: readonly string[], env: World['env']): boolean {
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  if (words.includes('--json') || words.includes('--output=json')) return true;
  const at = words.indexOf('--output');
  if (at !== -1) return words[at + 1] === 'json';
  if (words.some((w) => w.startsWith('--output='))) return false;
  return env[variableOf('output')] === 'json' || /^(1|true|yes|on)$/i.test(env[variableOf('json')] ?? '');
}
