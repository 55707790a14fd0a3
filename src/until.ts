import type { Clock } from './clock.js';

export interface UntilOptions {
  clock: Clock;
  /** Pause between two looks, in milliseconds; longer once the wait has lasted for long. */
  everyMs: number;
  /** How long to go on looking, in milliseconds, from the first look. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
}

/** What has taken long already is looked at less often: its end is seen at most so much of the wait late, … */
const LATE_RATIO = 1 / 20;
/** … and never later than this, in milliseconds. */
const LATE_AT_MOST_MS = 250;
/** A look that takes long, on a busy machine or at many servers, is followed by a pause so many times as long. */
const PAUSE_PER_LOOK = 3;

/**
 * The one loop that waits for a condition: looks until `look` yields something other than `undefined`.
 * Resolves to `undefined` once the deadline has passed, so that each caller words its own failure.
 * Rejects with what `look` throws, or with the signal's reason.
 */
export async function until<T>(
  look: () => Promise<T | undefined> | T | undefined,
  options: UntilOptions,
): Promise<T | undefined> {
  const { clock, everyMs, deadlineMs, signal } = options;
  const startedMs = clock.now();
  const end = startedMs + deadlineMs;
  for (;;) {
    signal?.throwIfAborted();
    const lookedMs = clock.now();
    const found = await look();
    if (found !== undefined) return found;
    const now = clock.now();
    if (now >= end) return undefined;
    const restMs = Math.max((now - startedMs) * LATE_RATIO, (now - lookedMs) * PAUSE_PER_LOOK);
    const lateMs = Math.min(restMs, LATE_AT_MOST_MS);
    await clock.sleep(Math.min(Math.max(everyMs, lateMs), end - now), signal);
  }
}
