import type { Clock } from '../clock.js';
import { humanDurationMs } from '../model/duration.js';
import type { OnProgress, Progress } from '../model/events.js';
import { painter, type SafeStream } from './streams.js';
import type { OutputStream } from './world.js';

/** Shorter work than this, in milliseconds, gets no animation. */
const SPIN_AFTER_MS = 300;

/** A reader of what the engine says, drawing on standard error. */
export interface ProgressReader {
  on: OnProgress;
  /** Takes what moves off the screen, before anything else is written: a prompt, a line of output. */
  clear(): void;
  /** A line of its own, also while something moves. */
  say(line: string): void;
  /** Takes what moves off the screen, for good. */
  close(): void;
}

export interface ProgressOptions {
  stream: OutputStream;
  out: SafeStream;
  clock: Clock;
  color: boolean;
  columns: number;
  quiet: boolean;
}

/** Spinner on a terminal, plain lines for finished steps elsewhere, only spoken lines with `quiet`. */
export function progressReader(options: ProgressOptions): ProgressReader {
  const { out, color, quiet } = options;
  const paint = painter(color);
  const moving = options.stream.isTTY === true && !quiet ? liveLine(options) : stillLine;
  const running = new Map<string, string>();
  const write = (line: string): void => {
    moving.clear();
    out.write(`${line}\n`).catch(() => {});
    moving.show(latest(running));
  };
  const ended = (event: Progress & { type: 'step' } & { ms: number }): void => {
    running.delete(event.id);
    const ms = humanDurationMs(event.ms);
    const failed = event.state === 'failed';
    if (options.stream.isTTY === true) {
      const mark = failed ? paint('red', '✗') : paint('green', '✔');
      write(`${mark} ${event.label}  ${paint('dim', failed ? `failed after ${ms}` : ms)}`);
    } else {
      write(`${event.label} … ${failed ? `failed after ${ms}` : ms}`);
    }
  };
  const on: OnProgress = (event) => {
    if (event.type === 'note') {
      const warning = event.level === 'warning';
      write(`${paint(warning ? 'yellow' : 'cyan', warning ? 'warning:' : 'note:')} ${event.text}`);
    } else if (event.state === 'start') {
      running.set(event.id, event.label);
      moving.show(event.label);
    } else {
      ended(event);
    }
  };
  return {
    on: quiet ? () => {} : on,
    clear: () => moving.clear(),
    say: write,
    close: () => {
      running.clear();
      moving.clear();
    },
  };
}

const latest = (running: ReadonlyMap<string, string>): string | undefined => [...running.values()].at(-1);

interface Line {
  show(label: string | undefined): void;
  clear(): void;
}

const stillLine: Line = { show: () => {}, clear: () => {} };

interface Spinner {
  text: string;
  start(): unknown;
  stop(): unknown;
}

/**
 * One line that shows what is going on: the bare label at once, a spinner from SPIN_AFTER_MS on. ora is loaded
 * only then, and never reads standard input: that belongs to prompts and to Ctrl-C.
 */
function liveLine({ stream, out, clock, color, columns }: ProgressOptions): Line {
  let wait: AbortController | undefined;
  let spinner: Spinner | undefined;
  let drawn = false;
  const wipe = (): void => {
    if (drawn) out.write('\r\x1b[2K').catch(() => {});
    drawn = false;
  };
  const cut = (label: string): string =>
    label.length > columns - 6 ? `${label.slice(0, columns - 7)}…` : label;
  let text = '';
  const spin = async (mine: AbortController): Promise<void> => {
    await clock.sleep(SPIN_AFTER_MS, mine.signal);
    const { default: ora } = await import('ora');
    if (mine.signal.aborted || out.closed) return;
    wipe();
    spinner = ora({ text, stream, color: color ? 'cyan' : false, discardStdin: false, isEnabled: true });
    spinner.start();
  };
  const clear = (): void => {
    wait?.abort();
    wait = undefined;
    spinner?.stop();
    spinner = undefined;
    wipe();
  };
  return {
    clear,
    show(label) {
      if (label === undefined) return;
      text = cut(label);
      if (spinner !== undefined) {
        spinner.text = text;
        return;
      }
      wipe();
      out.write(`  ${text} …`).catch(() => {});
      drawn = true;
      if (wait !== undefined) return;
      wait = new AbortController();
      spin(wait).catch(() => {});
    },
  };
}
