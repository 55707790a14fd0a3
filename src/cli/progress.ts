import type { Clock } from '../clock.js';
import { humanDurationMs } from '../model/duration.js';
import type { OnProgress, Progress } from '../model/events.js';
import { cut, together, wrap } from '../report/plain-text.js';
import { SYMBOL } from '../report/text/theme.js';
import { VERDICT_WORD } from '../report/words/verdict.js';
import { type LiveBlock, liveBlock } from './live-block.js';
import { type OutputStream, painter, type SafeStream } from './streams.js';
import type { World } from './world.js';

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
  /** How many rows it has. */
  rows: () => number;
  quiet: boolean;
  /** Whether a run that describes itself is one block that is redrawn, instead of a line for each of its steps. */
  live: boolean;
  /** Takes the keys while that block is on the screen. */
  takeKeys: World['takeKeys'];
}

interface Running {
  label: string;
  missing: readonly string[];
  closes?: string | undefined;
}

type StepEnd = Extract<Progress, { state: 'done' | 'failed' }>;
type Note = Extract<Progress, { type: 'note' }>;
type Result = Extract<Progress, { type: 'result' }>;

/** `84 ms`, `failed after 2.50 s`, `5.10 s after the fault`: a label with such a moment says itself what went wrong. */
function timeText({ state, ms, since }: StepEnd, isCut: boolean): string {
  const took = humanDurationMs(ms);
  if (since !== undefined) return `${isCut ? 'ended ' : ''}${took} after ${since}`;
  if (isCut) return `ended after ${took}`;
  return state === 'failed' ? `failed after ${took}` : took;
}

/**
 * Spinner on a terminal, or one live block for a run that describes itself; plain lines for finished steps otherwise;
 * only lines from `say` with `quiet`.
 */
export function progressReader(options: ProgressOptions): ProgressReader {
  const { color, quiet } = options;
  const onTerminal = options.stream.isTTY === true;
  const paint = painter(color);
  const running = new Map<string, Running>();
  const latest = (): Running | undefined => [...running.values()].at(-1);
  const latestLabel = (): string | undefined => {
    const now = latest();
    return now && labelOf(now);
  };
  const line = onTerminal && !quiet ? liveLine(options, latestLabel) : stillLine(options);
  let block: LiveBlock | null = null;
  const print = (text: string): void => (block ?? line).print(text);
  // A file or a pipe gets whole lines; a terminal would break them within words.
  // A command stays on one line, so that it can be copied.
  const broken = (one: string): string[] =>
    one.startsWith(`${SYMBOL.next} `) ? [one] : wrap(one, options.columns(), 2);
  const fitted = (text: string): string =>
    (onTerminal ? text.split('\n').flatMap(broken) : [text]).join('\n');
  const ended = (event: StepEnd): void => {
    running.delete(event.id);
    // The block shows steps; only off it each one leaves a line.
    if (block !== null) return;
    const failed = event.state === 'failed';
    const isCut = event.state === 'failed' && event.interrupted === true;
    const ms = timeText(event, isCut);
    if (!onTerminal) {
      print(`${event.label} … ${ms}\n`);
      return;
    }
    if (!failed) {
      // The tick is for what the whole act came to: a step of it stands back.
      const lines = fitted(`  ${event.label}  ${together(ms)}`).split('\n');
      print(`${lines.map((one) => paint('dim', one)).join('\n')}\n`);
      return;
    }
    const mark = isCut ? '–' : SYMBOL.bad;
    const [head, tail] = around(fitted(`${mark} ${event.label}  ${together(ms)}`), mark, ms);
    print(`${paint(isCut ? 'dim' : 'red', mark)}${head}${paint('dim', tail)}\n`);
  };
  const note = ({ level, text }: Note): void => {
    if (block !== null && level !== 'warning') return;
    if (level === 'done') {
      print(`${paint('green', SYMBOL.ok)}${fitted(`${SYMBOL.ok} ${text}`).slice(SYMBOL.ok.length)}\n`);
      return;
    }
    const label = level === 'warning' ? 'warning:' : 'note:';
    const shade = level === 'warning' ? 'yellow' : 'cyan';
    print(`${paint(shade, label)}${fitted(`${label} ${text}`).slice(label.length)}\n`);
  };
  const verdict = ({ title, verdict: said, text }: Result): void => {
    const word = VERDICT_WORD[said];
    const shade = ({ holds: 'green', violated: 'red', unknown: 'yellow' } as const)[said];
    const whole = fitted(`${title}  ${word}  ${text}`);
    print(`${whole.replace(`  ${word}  `, () => `  ${paint(shade, word)}  `)}\n`);
  };
  const endBlock = (): void => {
    if (block === null) return;
    // What began within it is over with it, also where an abort left no end.
    running.clear();
    block.close();
    block = null;
  };
  const live = ({ run }: Extract<Progress, { type: 'live' }>): void => {
    if (!options.live || !onTerminal) return;
    if (run === null) {
      endBlock();
      return;
    }
    if (block === null) {
      line.clear();
      block = liveBlock({ ...options, step: () => latest() ?? null });
    }
    block.show(run);
  };
  const on: OnProgress = (event) => {
    switch (event.type) {
      case 'note':
        return note(event);
      case 'result':
        return verdict(event);
      case 'live':
        return live(event);
      case 'left':
        return;
      case 'step':
        if (event.state !== 'start') return ended(event);
        running.set(event.id, { label: event.label, missing: event.missing ?? [], closes: event.closes });
        if (block === null) line.show(labelOf({ label: event.label, missing: event.missing ?? [] }));
    }
  };
  return {
    on: quiet ? () => {} : on,
    clear: () => (block ?? line).clear(),
    say: (text) => print(`${fitted(text)}\n`),
    close: () => {
      running.clear();
      endBlock();
      line.clear();
    },
  };
}

/** `waiting until the whole cluster agrees: redis-1 does not answer (2 more)`. */
function labelOf({ label, missing: [first, ...others] }: Running): string {
  if (first === undefined) return label;
  return `${label}: ${first}${others.length === 0 ? '' : ` (${others.length} more)`}`;
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
