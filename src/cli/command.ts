import type { ExitCode } from '../errors.js';
import type { Context } from './context.js';

/** An argument of a command. `complete` says what a shell may complete it with. */
export interface ArgumentDef {
  /** `NODE`; shown in help. */
  name: string;
  summary: string;
  required: boolean;
  variadic?: boolean;
  complete?: 'node' | 'cluster' | 'master' | 'shell';
  /** On a terminal, a missing required argument is asked for with this question. */
  ask?: string;
}

export interface OptionDef {
  /** commander's notation: `--down-after <duration>`, `--follow`, `--no-restart`, `-f, --follow`. */
  flags: string;
  summary: string;
  /** Turns the text into a value; throws usageError for a bad one. Repeatable options get the value so far. */
  parse?: (text: string, previous: unknown) => unknown;
  /** Shown in help; the value itself comes from the command, so that "not given" stays visible. */
  defaultText?: string;
  choices?: readonly string[];
  complete?: 'node' | 'cluster' | 'master' | 'file';
  /** Only from the command line, never from SENTINELCTL_* or a settings file: what must be said each time. */
  flagOnly?: boolean;
}

/**
 * Options and arguments as they were given; absent where they were not. Keys are camelCase (`--down-after` is
 * `downAfter`, `--no-restart` is `restart: false`); values are what `parse` made, else text, or true for a switch.
 */
export interface Input {
  args: string[];
  options: Readonly<Record<string, unknown>>;
}

/** Rows for `--output table|tsv`, where a command has them. */
export interface Rows {
  columns: string[];
  rows: string[][];
}

/** How a renderer may draw: colour decided per stream, width of the terminal (or 80). */
export interface View {
  color: boolean;
  columns: number;
}

/** What a streaming command answers that knows its exit code: everything it had to say is written by then. */
export class Streamed {
  constructor(readonly exitCode: ExitCode) {}
}

/**
 * A command is data: the harness parses, runs, renders and answers a code. `run` returns a result and prints
 * nothing; progress goes to `context.progress`. A streaming command (`logs -f`) writes by `context.write` instead
 * and returns undefined, or Streamed with an exit code of its own.
 */
export interface CommandDef<R = unknown> {
  name: string;
  summary: string;
  /** A few lines more for `--help`. */
  description?: string;
  /** Shown first in `--help`; each one is run by a test. */
  examples: readonly string[];
  arguments?: readonly ArgumentDef[];
  options?: readonly OptionDef[];
  hidden?: boolean;
  /** What can not be read in REDIS_SENTINEL_ADDRS or REDIS_MASTER_NAME is then its own finding, not an error. */
  judgesApp?(options: Input['options']): boolean;
  /** Loads the code that `run` will need, for whoever gives `run` little time. Changes nothing, asks nobody. */
  prepare?(): Promise<void>;
  run(context: Context, input: Input): Promise<R | Streamed>;
  /** The result as text, without a trailing newline. */
  render(result: R, view: View): string;
  /** The document for `--json`; the result itself where absent. */
  toJson?(result: R): unknown;
  rows?(result: R): Rows;
  exitCode?(result: R): ExitCode;
  /** Said when a second Ctrl-C ends it at once: what is left then, and what to type. */
  cutOff?: string;
}

/** Keeps the result's type between `run` and `render`, and forgets it for the registry. */
export function defineCommand<R>(command: CommandDef<R>): CommandDef<unknown> {
  return command as unknown as CommandDef<unknown>;
}
