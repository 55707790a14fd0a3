import { writeSync } from 'node:fs';
import { type Clock, systemClock } from '../clock.js';
import type { Env } from '../config/paths.js';
import type { PromptOptions, Prompts, Screen } from './interactive.js';
import { type Drawing, takeKeys } from './keys.js';
import type { Registry } from './registry.js';
import type { InputStream, OutputStream } from './streams.js';

/** What ends a command from outside. */
export type Interruption =
  | { kind: 'signal'; name: 'SIGINT' | 'SIGTERM' | 'SIGHUP' }
  /** An uncaught exception. */
  | { kind: 'crash'; error: unknown };

/** What draws on a terminal and asks; implemented by tui, which cli never imports. */
interface Interactive {
  promptsOn(options: PromptOptions): Prompts;
  openScreen(world: World): Promise<Screen>;
  /** The nodes of a cluster as a question offers them to `command`, each with its state where it answers in time. */
  liveNodeChoices(
    world: World,
    nodes: { ids: readonly string[]; cluster: string; command: string },
  ): Promise<{ value: string; name: string }[]>;
  /** What `sentinelctl` alone shows; undefined where the settings forbid questions. */
  menu(
    world: World,
    words: readonly string[],
    run: (argv: readonly string[]) => Promise<number>,
  ): Promise<number | undefined>;
}

/** Everything of the process that the CLI touches, so that a test can be the process. */
export interface World {
  env: Env;
  cwd: string;
  stdin: InputStream;
  stdout: OutputStream;
  stderr: OutputStream;
  clock: Clock;
  commands: Registry;
  /** Loaded only where a person is asked or shown something. */
  interactive(): Promise<Interactive>;
  /** Listens until the function that it returns is called. */
  onInterrupt(listener: (interruption: Interruption) => void): () => void;
  /** Ends the process, whatever is still open: the second Ctrl-C. */
  leave(code: number): void;
  /** Keeps what is typed off the screen until the function that it returns is called; see keys.ts. */
  takeKeys(drawing: Drawing): () => void;
  /** Writes to standard output at the very end of the process, unless the function that it returns was called. */
  atExit(text: string): () => void;
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The world of the real process. */
export function processWorld(commands: Registry, interactive: World['interactive']): World {
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
    interactive,
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
    takeKeys: (drawing) => takeKeys(process.stdin, process, drawing),
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
