/** The time source. Injected everywhere, so that tests can own time; no other file calls a timer. */
export interface Clock {
  /** Monotonic, in milliseconds with a fraction; only differences have a meaning. */
  now(): number;
  /** Wall-clock time in milliseconds since 1970; for showing, and for lining up with logs, never for measuring. */
  wallMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when `signal` aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The real clock: `performance.now()` for measuring, `Date.now()` for showing. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallMs: () => Date.now(),
  sleep(ms, signal) {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  },
};

/**
 * Settles as `work` does, or rejects with what `onTimeout` makes once `ms` have passed.
 * The work itself is not cancelled: hand it a signal, or close what it holds, for that.
 */
export async function withDeadline<T>(
  clock: Clock,
  ms: number,
  work: Promise<T>,
  onTimeout: () => Error,
): Promise<T> {
  const stop = new AbortController();
  const bell = clock.sleep(ms, stop.signal).then(
    async () => {
      await whatHasArrived();
      throw onTimeout();
    },
    () => new Promise<never>(() => {}),
  );
  try {
    return await Promise.race([work, bell]);
  } finally {
    stop.abort(ENDED);
  }
}

/**
 * Lets what the sockets hold already be read: Node runs timers before it reads, so that in a process that was busy for
 * longer than a deadline every answer would be late, those too that have been there for long.
 */
const whatHasArrived = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Why a deadline's sleep ends when the work is done. One for all: each abort without a reason makes an error with a stack. */
const ENDED = 'the work is done';
