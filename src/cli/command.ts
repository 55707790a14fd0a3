import type { Globals } from '../config/globals.js';
import type { ExitCode } from '../errors.js';
import type { RowSet } from '../report/rows.js';
import type { View } from '../report/text/theme.js';
import type { ArgumentDef, ArgumentsOf } from './argument.js';
import type { Context } from './context.js';
import type { OptionDefs, OptionsOf } from './option.js';

/** What a command was given: the values of its arguments in their order, and of its options by name. */
interface Input<A extends readonly ArgumentDef[], O extends OptionDefs> {
  args: ArgumentsOf<A>;
  options: OptionsOf<O>;
}

/** The result of a streaming command that knows its exit code; everything is written by then. */
export class Streamed {
  constructor(readonly exitCode: ExitCode) {}
}

/**
 * A command is data: the harness parses, runs, renders and answers a code. `run` returns a result and prints
 * nothing; progress goes to `context.progress`. A streaming command (`logs -f`) writes by `context.write` instead
 * and returns undefined, or Streamed with an exit code of its own. Name and summary stand in the registry.
 */
interface CommandSpec<R, A extends readonly ArgumentDef[], O extends OptionDefs> {
  /** A few more lines for `--help`. */
  description?: string;
  /** Shown first in `--help`; each one is run by a test. */
  examples: readonly string[];
  arguments?: A;
  options?: O;
  /** Whether an unreadable REDIS_SENTINEL_ADDRS or REDIS_MASTER_NAME is a finding of this command, not an error. */
  judgesApp?(options: OptionsOf<O>): boolean;
  /** Loads the code that `run` will need, for a caller that gives `run` little time. Changes nothing, asks no server. */
  prepare?(): Promise<void>;
  run(context: Context, input: Input<A, O>): Promise<R | Streamed>;
  /** The result as text, without a trailing newline. */
  render(result: R, view: View): string;
  /** The document for `--json`; the result itself where absent. */
  toJson?(result: R): unknown;
  /** What `--output tsv` and `--output name` print, where a command has rows. */
  rows?: RowSet<NoInfer<R>>;
  exitCode?(result: R): ExitCode;
  /** `--timeout` is what it waits by: it ends by itself, and is not cut off. */
  keepsTime?: true;
  /**
   * Printed when a second Ctrl-C ends it at once: what may be left, and which command to type, alone on its line. `undo`:
   * what was not rolled back, last change first; null where no journal was begun. Null: nothing is left.
   */
  cutOff?(globals: Globals, undo: readonly string[] | null, options: OptionsOf<O>): string | null;
  /** Options that other commands have, with what to type for the same here: a hint for who types one. */
  insteadOf?: Readonly<Record<string, string>>;
}

/** What a command's file exports: the types of its values are forgotten. */
export interface CommandDef
  extends Omit<CommandSpec<unknown, readonly ArgumentDef[], OptionDefs>, 'run' | 'judgesApp' | 'cutOff'> {
  arguments: readonly ArgumentDef[];
  options: OptionDefs;
  judgesApp?(options: Readonly<Record<string, unknown>>): boolean;
  cutOff?(
    globals: Globals,
    undo: readonly string[] | null,
    options: Readonly<Record<string, unknown>>,
  ): string | null;
  run(
    context: Context,
    input: { args: readonly unknown[]; options: Readonly<Record<string, unknown>> },
  ): Promise<unknown>;
}

/** A command with its name and summary, which the registry gives it. */
export interface Command extends CommandDef {
  name: string;
  summary: string;
  /** See CommandEntry for all three. */
  harmful?: boolean;
  stopsNode?: boolean;
  creates?: boolean;
}

/** Whether no cluster is made by it, and no client interrupted: a scenario does that, too. */
export const isRepeatable = ({ creates, harmful, stopsNode }: Command, [first]: readonly string[]): boolean =>
  creates !== true && harmful !== true && stopsNode !== true && first !== 'run';

/** Keeps the types between arguments, options, `run` and `render`, and forgets them for the registry. */
export function defineCommand<
  R,
  const A extends readonly ArgumentDef[] = readonly [],
  // biome-ignore lint/complexity/noBannedTypes: no option at all.
  O extends OptionDefs = {},
>(command: CommandSpec<R, A, O>): CommandDef {
  return { arguments: [], options: {}, ...command } as unknown as CommandDef;
}
