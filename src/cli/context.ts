import type { Clock } from '../clock.js';
import type { OnProgress } from '../model/events.js';
import type { Globals } from './globals.js';
import type { Prompts, Screen } from './interactive.js';

/** What a command gets: the world, as far as it may touch it. */
export interface Context {
  clock: Clock;
  env: Readonly<Record<string, string | undefined>>;
  globals: Globals;
  /** Aborts at the first Ctrl-C, SIGTERM or when `--timeout` is over; engines undo what they did and reject. */
  signal: AbortSignal;
  /** Spinner or plain lines on stderr; silent with `--quiet`. */
  progress: OnProgress;
  /** Streaming output on stdout; resolves when it may go on, rejects once nobody reads any more. */
  write(text: string): Promise<void>;
  /** Questions; null where there is nobody to ask (no TTY, `--no-input`, `--json`). */
  prompts: Prompts | null;
  stdout: { isTTY: boolean; columns: number; color: boolean };
  /** The whole terminal to draw on, for whoever closes it again; null where standard output is none. */
  openScreen: (() => Promise<Screen>) | null;
}
