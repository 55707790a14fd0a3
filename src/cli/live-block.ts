import type { Clock } from '../clock.js';
import type { LiveRun } from '../model/live-run.js';
import { widthOf } from '../report/plain-text.js';
import type { LiveState } from '../report/text/live-run.js';
import type { SafeStream } from './streams.js';
import type { World } from './world.js';

/** Between two frames, in milliseconds: often enough for tenths of a second. */
const FRAME_MS = 100;
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';

/** A few lines at the end of what was printed, which are drawn again and again in their place. */
export interface LiveBlock {
  show(run: LiveRun): void;
  /** Lines that stay, with their line break, above the block. */
  print(text: string): void;
  /** Removes it from the screen until the next frame. */
  clear(): void;
  /** Removes it for good. */
  close(): void;
}

export interface LiveBlockOptions {
  out: SafeStream;
  clock: Clock;
  color: boolean;
  /** As the terminal is at this moment. */
  columns: () => number;
  rows: () => number;
  step: () => LiveState['step'];
  /** Takes the keys while the block is on the screen: Enter would shift it. */
  takeKeys: World['takeKeys'];
}

/** Draws from `show` on; each frame is one write, and none where nothing has changed. */
export function liveBlock({ out, clock, color, columns, rows, step, takeKeys }: LiveBlockOptions): LiveBlock {
  const stop = new AbortController();
  let run: LiveRun | null = null;
  /** The lines on the screen; the cursor is at the start of the last one. */
  let drawn: string[] = [];
  let last = '';
  let isWriting = false;
  let giveKeys: (() => void) | null = null;
  const write = (text: string): void => {
    isWriting = true;
    const settled = (): void => {
      isWriting = false;
    };
    out.write(text).then(settled, settled);
  };
  const home = (): string => {
    const above = drawn.slice(0, -1);
    // A terminal that became narrower has broken the lines that were drawn for its earlier width.
    const up = above.reduce((n, line) => n + Math.max(1, Math.ceil(widthOf(line) / columns())), 0);
    return up === 0 ? '\r' : `\r\x1b[${up}A`;
  };
  const wipe = (): string => {
    const text = drawn.length === 0 ? '' : `${home()}\x1b[J${SHOW_CURSOR}`;
    drawn = [];
    last = '';
    return text;
  };
  const erase = (): void => {
    const text = wipe();
    if (text !== '') write(text);
  };
  const remove = (): void => {
    erase();
    giveKeys?.();
    giveKeys = null;
  };
  const draw = (frame: readonly string[]): void => {
    giveKeys ??= takeKeys({ suspend: erase });
    const begin = drawn.length === 0 ? HIDE_CURSOR : home();
    const text = `${frame.join('\x1b[K\n')}\x1b[J\r`;
    if (text === last || isWriting) return;
    write(begin + text);
    last = text;
    drawn = [...frame];
  };
  const loop = async (): Promise<void> => {
    const { liveFrame } = await import('../report/text/live-run.js');
    while (!stop.signal.aborted && !out.closed) {
      // The cursor needs no row of its own, but a full screen would scroll when a line is printed above.
      const view = { color, columns: columns(), rows: rows() - 1 };
      if (run !== null) draw(liveFrame({ run, nowMs: clock.now(), step: step() }, view));
      await clock.sleep(FRAME_MS, stop.signal);
    }
  };
  return {
    show(next) {
      if (run === null) loop().catch(() => {});
      run = next;
    },
    print: (text) => write(wipe() + text),
    clear: remove,
    close() {
      stop.abort();
      remove();
    },
  };
}
