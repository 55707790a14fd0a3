import type { Screen } from '../cli/interactive.js';
import type { Clock } from '../clock.js';
import { OperatorError } from '../errors.js';

/** How often a cluster is looked at, and until when. */
export interface Watching<T> {
  clock: Clock;
  /** From the start of one look to the start of the next, in milliseconds; a look that takes longer delays it. */
  everyMs: number;
  /** Ends the watching from outside. */
  signal: AbortSignal;
  /** Where there are keys to press and a size that changes. */
  screen: Screen | null;
  /** Looks once; must give up when the signal aborts. */
  look(signal: AbortSignal): Promise<T>;
  /** Shows the latest look; called again for the same one when the window changes its size, and each `tickMs`. */
  show(seen: T): Promise<void>;
  /** What is shown changes with time, between two looks and during a slow one; milliseconds. */
  tickMs?: number;
}

/** How a watch ended: left by q or Esc or because its time was over, or interrupted by Ctrl-C. */
export type WatchEnd = 'left' | 'interrupted';

class Ended {
  constructor(readonly how: WatchEnd) {}
}

/**
 * Looks and shows, one look at a time, until the user ends it. Rejects with what a look or a drawing throws,
 * and with the signal's reason where that is neither Ctrl-C nor the end of `--timeout`.
 */
export async function watch<T>(watching: Watching<T>): Promise<WatchEnd> {
  const { clock, everyMs, signal, screen, look, show, tickMs } = watching;
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(endedBy(signal.reason));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  let latest: { seen: T } | undefined;
  const release = screen?.on((event) => {
    if (event.type === 'resize') {
      if (latest !== undefined) show(latest.seen).catch((error: unknown) => stop.abort(error));
    } else if (event.type === 'end' || (event.ctrl && event.name === 'c')) {
      stop.abort(new Ended('interrupted'));
    } else if (event.name === 'q' || event.name === 'escape') {
      stop.abort(new Ended('left'));
    }
  });
  const ticking = async (ms: number): Promise<void> => {
    for (;;) {
      await clock.sleep(ms, stop.signal);
      if (latest !== undefined) await show(latest.seen);
    }
  };
  if (tickMs !== undefined) ticking(tickMs).catch((error: unknown) => stop.abort(error));
  try {
    for (;;) {
      const began = clock.now();
      latest = { seen: await look(stop.signal) };
      stop.signal.throwIfAborted();
      await show(latest.seen);
      await clock.sleep(Math.max(0, began + everyMs - clock.now()), stop.signal);
    }
  } catch (error) {
    // Whatever breaks after an abort is its consequence.
    const cause: unknown = stop.signal.aborted ? stop.signal.reason : error;
    if (cause instanceof Ended) return cause.how;
    throw cause;
  } finally {
    stop.abort();
    signal.removeEventListener('abort', onAbort);
    release?.();
  }
}

function endedBy(reason: unknown): unknown {
  if (!(reason instanceof OperatorError)) return reason;
  if (reason.code === 'interrupted') return new Ended('interrupted');
  return reason.code === 'timeout' ? new Ended('left') : reason;
}
