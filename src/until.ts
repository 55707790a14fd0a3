import type { Clock } from './clock.js';

export interface UntilOptions {
  clock: Clock;
  /** Pause between two looks, in milliseconds. */
  everyMs: number;
  /** How long to go on looking, in milliseconds, from the first look. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
}

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
  const end = clock.now() + deadlineMs;
  for (;;) {
    signal?.throwIfAborted();
    const found = await look();
    if (found !== undefined) return found;
    const left = end - clock.now();
    if (left <= 0) return undefined;
    await clock.sleep(Math.min(everyMs, left), signal);
  }
}
