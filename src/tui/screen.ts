import { emitKeypressEvents } from 'node:readline';
import type { Screen, ScreenEvent } from '../cli/interactive.js';
import { interrupted } from '../cli/interrupts.js';
import { columnsOf, type InputStream, rowsOf, safeStream } from '../cli/streams.js';
import type { World } from '../cli/world.js';
import { widthOf } from '../report/plain-text.js';

/** Alternate screen, no cursor, and a line that is too long is cut by the terminal instead of wrapped. */
const ENTER = '\x1b[?1049h\x1b[?25l\x1b[?7l';
const LEAVE = '\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l';
/** Synchronized output: terminals that know it show the frame at once, others ignore it. */
const BEGIN = '\x1b[?2026h\x1b[H';
const END = '\x1b[?2026l';

/** What Enter, Tab, Esc and the arrows send begins with one of these. */
const CONTROL = /^\p{Cc}/u;

/**
 * Takes the terminal over until it is closed. A process that ends without closing it, at the second Ctrl-C or by a
 * crash, restores the terminal when it exits.
 */
export async function openScreen(world: World): Promise<Screen> {
  const { stdin, stdout, env } = world;
  const out = safeStream(stdout);
  const listeners = new Set<(event: ScreenEvent) => void>();
  const tell = (event: ScreenEvent): void => {
    for (const listener of [...listeners]) listener(event);
  };
  const onResize = (): void => {
    shown = undefined;
    tell({ type: 'resize' });
  };
  const forget = world.atExit(LEAVE);
  let open = true;
  let shown: string | undefined;

  stdout.on('resize', onResize);
  const releaseKeys = readKeys(stdin, tell);
  const screen: Screen = {
    get columns() {
      return columnsOf(stdout, env);
    },
    get rows() {
      return rowsOf(stdout);
    },
    draw(lines) {
      const next = frame(lines, screen);
      if (!open || next === shown) return Promise.resolve();
      shown = next;
      return out.write(next);
    },
    on(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async close() {
      if (!open) return;
      open = false;
      stdout.removeListener('resize', onResize);
      releaseKeys();
      await out.write(LEAVE).catch(() => {});
      forget();
    },
  };
  try {
    await out.write(ENTER);
  } catch (error) {
    await screen.close();
    throw error;
  }
  return screen;
}

/** Reads single keys, in raw mode, until the function that it returns is called; no keys where there is no terminal. */
function readKeys(stdin: InputStream, tell: (event: ScreenEvent) => void): () => void {
  if (stdin.isTTY !== true) return () => {};
  const onKey = (typed: string | undefined, key: { name?: string; ctrl?: boolean; meta?: boolean }): void => {
    const ctrl = key.ctrl === true;
    const isText = typed !== undefined && !ctrl && key.meta !== true && !CONTROL.test(typed);
    // Enter typed before raw mode was set arrives as a line feed, which node:readline names otherwise.
    const name = key.name === 'enter' ? 'return' : (key.name ?? typed ?? '');
    tell({ type: 'key', name, ctrl, text: isText ? typed : '' });
  };
  const onEnd = (): void => tell({ type: 'end' });
  emitKeypressEvents(stdin);
  stdin.setRawMode?.(true);
  stdin.on('keypress', onKey);
  stdin.once('end', onEnd);
  stdin.resume();
  return () => {
    stdin.removeListener('keypress', onKey);
    stdin.removeListener('end', onEnd);
    stdin.setRawMode?.(false);
    stdin.pause();
  };
}

/**
 * One frame, drawn over the one before: from the top, each line cleared behind its text, and all below. Nothing is
 * cleared before it is written, so nothing flickers.
 * @internal Tested alone: a terminal shows only what it has drawn.
 */
export function frame(
  lines: readonly string[],
  { columns, rows }: { columns: number; rows: number },
): string {
  const shown = lines.slice(0, rows);
  // After a full line the cursor stands on the last character, which clearing would erase.
  const drawn = shown.map((line) => (widthOf(line) < columns ? `${line}\x1b[K` : line)).join('\r\n');
  const below = shown.length < rows ? '\r\n\x1b[J' : '';
  return `${BEGIN}${drawn}${below}${END}`;
}

/**
 * Writes the prompt to stderr once keys are read, and waits for one of these keys (true), or for q, or Esc where it is
 * none of them (false). Ctrl-C rejects as an interruption (130), and a failed write as what it threw.
 */
export function pressedKey(
  world: World,
  { prompt, names }: { prompt: string; names: readonly string[] },
  signal: AbortSignal,
): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => end(() => reject(signal.reason));
    const release = readKeys(world.stdin, (event) => {
      if (event.type === 'end' || (event.type === 'key' && event.ctrl && event.name === 'c'))
        end(() => reject(interrupted()));
      else if (event.type === 'key' && names.includes(event.name)) end(() => resolve(true));
      else if (event.type === 'key' && (event.name === 'q' || event.name === 'escape'))
        end(() => resolve(false));
    });
    const end = (settle: () => void): void => {
      release();
      signal.removeEventListener('abort', onAbort);
      settle();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else
      safeStream(world.stderr)
        .write(prompt)
        .catch((error: unknown) => end(() => reject(error)));
  });
}
