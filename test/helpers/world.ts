import { PassThrough, Writable } from 'node:stream';
import type { Registry } from '../../src/cli/registry.js';
import type { Interruption, World } from '../../src/cli/world.js';
import { systemClock } from '../../src/clock.js';

/** An output that keeps what was written to it. */
export class MemoryOutput extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 80;

  constructor(isTTY: boolean) {
    super();
    this.isTTY = isTTY;
  }

  // What a terminal's stream has besides: as Node's tty.WriteStream writes them.
  cursorTo(x: number): boolean {
    return this.write(`\x1b[${x + 1}G`);
  }
  moveCursor(_dx: number, dy: number): boolean {
    return this.write(dy < 0 ? `\x1b[${-dy}A` : '');
  }
  clearLine(_direction: -1 | 0 | 1): boolean {
    return this.write('\x1b[2K');
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

export interface MemoryWorld extends World {
  stdin: PassThrough & { isTTY: boolean };
  stdout: MemoryOutput;
  stderr: MemoryOutput;
  /** Codes that `leave` was called with. */
  left: number[];
  /** What would be written if the process ended now. */
  lastWords: Set<string>;
  /** Lets something happen to the process, as a signal would. */
  interrupt(what: Interruption): void;
  /** How many are listening for interruptions. */
  listeners(): number;
}

export interface MemoryWorldOptions {
  commands?: Registry;
  env?: Record<string, string>;
  cwd?: string;
  /** Whether the three streams are a terminal. */
  tty?: boolean;
}

/** A process that isn't one: streams in memory, an empty environment, signals by hand. Home and working directory don't exist. */
export function memoryWorld({
  commands = {},
  env = {},
  cwd = '/nonexistent',
  tty = false,
}: MemoryWorldOptions = {}): MemoryWorld {
  const listeners = new Set<(what: Interruption) => void>();
  const left: number[] = [];
  const lastWords = new Set<string>();
  return {
    env: { HOME: '/nonexistent', ...env },
    cwd,
    stdin: Object.assign(new PassThrough(), { isTTY: tty }),
    stdout: new MemoryOutput(tty),
    stderr: new MemoryOutput(tty),
    clock: systemClock,
    commands,
    interactive: () => import('../../src/tui/index.js'),
    onInterrupt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    leave: (code) => left.push(code),
    takeKeys: () => () => {},
    atExit: (text) => {
      lastWords.add(text);
      return () => lastWords.delete(text);
    },
    lastWords,
    left,
    interrupt: (what) => {
      for (const listener of [...listeners]) listener(what);
    },
    listeners: () => listeners.size,
  };
}
