import type { Clock } from '../clock.js';
import type { Globals } from '../config/globals.js';
import type { Env } from '../config/paths.js';
import type { OnProgress } from '../model/events.js';
import type { Prompts, Screen } from './interactive.js';

/** What a command gets: the world, as far as it may touch it. */
export interface Context {
  clock: Clock;
  env: Env;
  /** The words of the command line. */
  line: readonly string[];
  /** Calls the listener with the exit code when the command has ended; what it does is waited for. */
  atEnd(listener: (exitCode: number) => Promise<void>): void;
  globals: Globals;
  /** Aborts at the first Ctrl-C, SIGTERM or when `--timeout` is over; commands then roll back their changes and reject. */
  signal: AbortSignal;
  /** Spinner or plain lines on stderr; silent with `--quiet`. */
  progress: OnProgress;
  /** Streaming output on stdout; resolves when more may be written, rejects once the reader is gone. */
  write(text: string): Promise<void>;
  /** Questions; null without a terminal, with `--no-input` and with `--json`. */
  prompts: Prompts | null;
  stdout: { isTTY: boolean; columns: number; color: boolean; unbroken?: boolean };
  /** The whole terminal to draw on; the caller closes it. Null where standard output is not a terminal. */
  openScreen: (() => Promise<Screen>) | null;
}
