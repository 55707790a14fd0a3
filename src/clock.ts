/** The time source. Injected everywhere, so that tests can own time; no other file calls a timer. */
export interface Clock {
  /** Monotonic, in milliseconds with a fraction; only differences have a meaning. */
  now(): number;
  /** Wall-clock time in milliseconds since 1970; for showing, and for lining up with logs, never for measuring. */
  wallMs(): number;
  /** Resolves after `ms`; rejects with the signal's reason when `signal` aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls back once after `ms`, unless what it answers is called before: lighter than a sleep with a signal. */
  after(ms: number, ring: () => void): () => void;
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
  after(ms, ring) {
    const timer = setTimeout(ring, ms);
    return () => clearTimeout(timer);
  },
};

/**
 * Settles as `work` does, or rejects with what `onTimeout` makes once `ms` have passed.
 * The work itself is not cancelled: hand it a signal, or close what it holds, for that.
 */
export function withDeadline<T>(
  clock: Clock,
  ms: number,
  work: Promise<T>,
  onTimeout: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const cancel = clock.after(ms, () => {
      whatHasArrived().then(() => reject(onTimeout()), reject);
    });
    work.finally(cancel).then(resolve, reject);
  });
}

/**
 * Lets what the sockets hold already be read: Node runs timers before it reads, so that in a process that was busy for
 * longer than a deadline every answer would be late, those too that have been there for long.
 */
const whatHasArrived = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
