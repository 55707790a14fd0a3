import type { Clock } from '../clock.js';
import { humanDurationMs } from '../model/duration.js';
import type { OnProgress, Progress } from '../model/events.js';
import { cut, together, wrap } from '../report/plain-text.js';
import { type OutputStream, painter, type SafeStream } from './streams.js';

/** Shorter work than this, in milliseconds, gets no animation. */
const SPIN_AFTER_MS = 300;

/** Draws progress events on standard error. */
export interface ProgressReader {
  on: OnProgress;
  /** Removes the moving line from the screen before a prompt or a line of output. */
  clear(): void;
  /** Prints a line, also while a spinner moves. */
  say(line: string): void;
  /** Removes the moving line; nothing is drawn afterwards. */
  close(): void;
}

export interface ProgressOptions {
  stream: OutputStream;
  out: SafeStream;
  clock: Clock;
  color: boolean;
  /** As wide as the terminal is at this moment. */
  columns: () => number;
  quiet: boolean;
}

/** Spinner on a terminal, plain lines for finished steps otherwise, only lines from `say` with `quiet`. */
export function progressReader(options: ProgressOptions): ProgressReader {
  const { color, quiet } = options;
  const onTerminal = options.stream.isTTY === true;
  const paint = painter(color);
  const running = new Map<string, string>();
  const latest = (): string | undefined => [...running.values()].at(-1);
  const moving = onTerminal && !quiet ? liveLine(options, latest) : stillLine(options);
  // A file or a pipe gets whole lines; a terminal would break them within words.
  const fitted = (text: string): string =>
    (onTerminal ? text.split('\n').flatMap((line) => wrap(line, options.columns(), 2)) : [text]).join('\n');
  const ended = (event: Progress & { type: 'step' } & { ms: number }): void => {
    running.delete(event.id);
    const failed = event.state === 'failed';
    const ms = failed ? `failed after ${humanDurationMs(event.ms)}` : humanDurationMs(event.ms);
    if (!onTerminal) {
      moving.print(`${event.label} … ${ms}\n`);
      return;
    }
    const mark = failed ? '✗' : '✔';
    const [head, tail] = around(fitted(`${mark} ${event.label}  ${together(ms)}`), mark, ms);
    moving.print(`${paint(failed ? 'red' : 'green', mark)}${head}${paint('dim', tail)}\n`);
  };
  const on: OnProgress = (event) => {
    if (event.type === 'note') {
      const label = event.level === 'warning' ? 'warning:' : 'note:';
      const text = fitted(`${label} ${event.text}`);
      const shade = event.level === 'warning' ? 'yellow' : 'cyan';
      moving.print(`${paint(shade, label)}${text.slice(label.length)}\n`);
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
    say: (line) => moving.print(`${fitted(line)}\n`),
    close: () => {
      running.clear();
      moving.clear();
    },
  };
}

/** What stands between a text's first word and its last, and the last: what is left to colour. */
function around(text: string, first: string, last: string): [middle: string, end: string] {
  const end = text.endsWith(last) ? last : '';
  return [text.slice(first.length, text.length - end.length), end];
}

/** Lines that stay, and below them one that moves. */
interface Line {
  /** Shows what is going on. */
  show(label: string): void;
  /** Lines that stay, with their line break. */
  print(text: string): void;
  clear(): void;
}

const stillLine = ({ out }: ProgressOptions): Line => ({
  show: () => {},
  print: (text) => void out.write(text).catch(() => {}),
  clear: () => {},
});

interface Spinner {
  text: string;
  start(): unknown;
  stop(): unknown;
}

/**
 * The moving line shows what `latest` says is going on: the bare label at once, a spinner from SPIN_AFTER_MS on. ora
 * is loaded only then, and never reads standard input: that belongs to prompts and to Ctrl-C. While it spins, ora
 * takes itself off the screen and back around whatever else is written, so that lines can be printed above it.
 */
function liveLine(
  { stream, out, clock, color, columns }: ProgressOptions,
  latest: () => string | undefined,
): Line {
  let wait: AbortController | undefined;
  let spinner: Spinner | undefined;
  let drawn = false;
  let text = '';
  let pending = '';
  const write = (what: string): void => void out.write(what).catch(() => {});
  const wipe = (): void => {
    if (drawn) write('\r\x1b[2K');
    drawn = false;
  };
  const spin = async (mine: AbortController): Promise<void> => {
    await clock.sleep(SPIN_AFTER_MS, mine.signal);
    const { default: ora } = await import('ora');
    // On a terminal of width 0 (a pty without a size) ora clears lines without end.
    if (mine.signal.aborted || out.closed || stream.columns === 0) return;
    wipe();
    spinner = ora({ text, stream, color: color ? 'cyan' : false, discardStdin: false, isEnabled: true });
    spinner.start();
  };
  const printPending = (): void => {
    const lines = pending;
    pending = '';
    if (lines !== '') write(lines);
  };
  const clear = (): void => {
    wait?.abort();
    wait = undefined;
    spinner?.stop();
    spinner = undefined;
    wipe();
    printPending();
  };
  const show = (label: string): void => {
    text = cut(label, columns() - 6);
    if (spinner !== undefined) {
      spinner.text = text;
      return;
    }
    wipe();
    write(text.endsWith('…') ? `  ${text}` : `  ${text} …`);
    drawn = true;
    if (wait !== undefined) return;
    wait = new AbortController();
    spin(wait).catch(() => {});
  };
  return {
    clear,
    show,
    print(lines) {
      pending += lines;
      if (spinner === undefined) {
        clear();
        const label = latest();
        if (label !== undefined) show(label);
      } else if (pending === lines) {
        // The end of one step is often the start of the next: the spinner goes on then, with the new label.
        queueMicrotask(() => {
          const label = latest();
          if (label === undefined) clear();
          else show(label);
          printPending();
        });
      }
    },
  };
}
