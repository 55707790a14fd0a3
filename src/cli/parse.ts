import { Command as Commander, CommanderError, Option } from 'commander';
import { shown } from '../config/parsers.js';
import type { SettableOption } from '../config/settings.js';
import { type OperatorError, usageError } from '../errors.js';
import { nearest } from '../model/nearest.js';
import type { Command } from './command.js';
import { GLOBAL_OPTIONS } from './global-options.js';
import type { OptionDef } from './option.js';

/** The words of a command line that are not options, and the options that were given, by camelCase name. */
export interface Parsed {
  words: string[];
  flags: Record<string, unknown>;
}

/**
 * First look: only the options that every command takes are known. `stopped` is the first option that is not
 * one of them; the rest is left for the second look.
 */
export function firstLook(argv: readonly string[]): Parsed & { stopped: string | undefined } {
  const command = bind('sentinelctl', GLOBAL_OPTIONS);
  const { operands, unknown } = parsing(command, argv);
  return { words: operands, flags: flagsOf(command), stopped: unknown[0] };
}

/** Second look: the command's own options too, in any place. The command's name is not part of `words`. */
export function secondLook(def: Command, argv: readonly string[]): Parsed {
  const options = [...Object.values(def.options), ...GLOBAL_OPTIONS];
  const command = bind(def.name, options);
  const { operands, unknown } = parsing(command, argv);
  const [stopped] = unknown;
  if (stopped !== undefined) throw unknownOption(stopped, options, def);
  const words = operands.slice(1);
  checkCount(def, words);
  return { words, flags: flagsOf(command) };
}

/** The option as the environment and the settings files know it. */
export function toSettable(def: OptionDef): SettableOption {
  const option = new Option(def.flags);
  return {
    name: option.name().replace(/^no-/, ''),
    attribute: option.attributeName(),
    takesValue: option.required || option.optional,
    repeatable: def.repeatable,
    flagOnly: def.flagOnly,
    parse: def.parse,
  };
}

/** A commander command that never prints and never exits, with no defaults: what is absent was not given. */
function bind(name: string, options: readonly OptionDef[]): Commander {
  const command = new Commander(name).exitOverride().helpOption(false);
  command.configureOutput({ writeOut: () => {}, writeErr: () => {} });
  for (const { flags, summary, parse } of options) {
    const option = new Option(flags, summary);
    command.addOption(option.required || option.optional ? option.argParser(parse) : option);
  }
  return command;
}

function parsing(command: Commander, argv: readonly string[]): { operands: string[]; unknown: string[] } {
  try {
    return command.parseOptions([...argv]);
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    throw usageError('bad-option', error.message.replace(/^error: /, '').replaceAll("'", ''), {
      hint: command.name() === 'sentinelctl' ? 'sentinelctl --help' : `sentinelctl ${command.name()} --help`,
    });
  }
}

/** Only what was typed: commander gives `--no-x` options a default of its own. */
function flagsOf(command: Commander): Record<string, unknown> {
  const all = Object.entries(command.opts<Record<string, unknown>>());
  return Object.fromEntries(all.filter(([name]) => command.getOptionValueSource(name) === 'cli'));
}

/** With the nearest known option as did-you-mean. */
export function unknownOption(
  word: string,
  options: readonly OptionDef[],
  def?: Pick<Command, 'name' | 'insteadOf'>,
): OperatorError {
  const commandName = def?.name;
  const typed = word.replace(/=.*$/s, '');
  const known = options.map((o) => new Option(o.flags)).flatMap((o) => o.long ?? []);
  const help = commandName === undefined ? 'sentinelctl --help' : `sentinelctl ${commandName} --help`;
  const instead = def?.insteadOf?.[typed];
  const found = instead === undefined ? nearest(typed, known) : undefined;
  // `--json=yes`: the option exists and takes no value.
  if (typed !== word && known.includes(typed)) {
    return usageError('bad-option', `${typed} takes no value`, { hint: typed });
  }
  return usageError(
    'unknown-option',
    `unknown option ${shown(typed)}${commandName ? ` for ${commandName}` : ''}`,
    {
      why: found === undefined ? undefined : `did you mean ${found}?`,
      hint: instead ?? help,
    },
  );
}

function checkCount(def: Command, words: readonly string[]): void {
  const takes = def.arguments;
  if (takes.some((a) => a.variadic) || words.length <= takes.length) return;
  const extra = shown(words[takes.length] ?? '');
  const few = takes.length === 0 ? 'takes no argument' : `takes only ${takes.map((a) => a.name).join(' ')}`;
  throw usageError('too-many-arguments', `${def.name} ${few}; unexpected argument ${extra}`, {
    why: def.creates === true && takes.length === 0 ? 'a cluster is named with --cluster NAME' : undefined,
    hint: `sentinelctl ${def.name} --help`,
  });
}
