import { writeSync } from 'node:fs';
import { type Clock, systemClock } from '../clock.js';
import type { Registry } from './registry.js';

/** Standard input, as far as it is used. */
export type InputStream = NodeJS.ReadableStream & { isTTY?: boolean; setRawMode?: (raw: boolean) => unknown };
/** Standard output or error, as far as it is used. */
export type OutputStream = NodeJS.WritableStream & { isTTY?: boolean; columns?: number; rows?: number };

/** What ends a command from outside. */
export type Interruption =
  | { kind: 'signal'; name: 'SIGINT' | 'SIGTERM' | 'SIGHUP' }
  /** An exception that nobody caught. */
  | { kind: 'crash'; error: unknown };

/** Everything of the process that the CLI touches, so that a test can be the process. */
export interface World {
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  stdin: InputStream;
  stdout: OutputStream;
  stderr: OutputStream;
  clock: Clock;
  commands: Registry;
  /** Listens until the function that it returns is called. */
  onInterrupt(listener: (interruption: Interruption) => void): () => void;
  /** Ends at once, whatever is still open: the second Ctrl-C. */
  leave(code: number): void;
  /** Writes to standard output at the very end of the process, unless the function that it returns was called. */
  atExit(text: string): () => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The world of the real process. */
export function processWorld(commands: Registry): World {
  return {
    env: process.env,
    cwd: process.cwd(),
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    clock: systemClock,
    commands,
    onInterrupt(listener) {
      const handlers = SIGNALS.map((name) => ({ name, handler: () => listener({ kind: 'signal', name }) }));
      const onCrash = (error: unknown): void => listener({ kind: 'crash', error });
      for (const { name, handler } of handlers) process.on(name, handler);
      process.on('uncaughtException', onCrash);
      return () => {
        for (const { name, handler } of handlers) process.off(name, handler);
        process.off('uncaughtException', onCrash);
      };
    },
    leave: (code) => process.exit(code),
    atExit(text) {
      const last = (): void => {
        try {
          writeSync(1, text);
        } catch {
          // The terminal is gone, or takes nothing now.
        }
      };
      process.once('exit', last);
      return () => process.off('exit', last);
    },
  };
}
