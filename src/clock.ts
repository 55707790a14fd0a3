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
  /** For how long this process has had nothing to do, in milliseconds; absent where deadlines do not go by that. */
  idleMs?(): number;
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
 * The clock for questions to very many servers: a deadline counts only the time in which this process waited. Where it
 * is busy with the answers of others, or gets no processor, a server that answered in time would seem to be silent.
 */
export const waitingOnly = (clock: Clock): Clock =>
  clock === systemClock ? { ...systemClock, idleMs: () => performance.eventLoopUtilization().idle } : clock;

/** A process that is busy all the time waits for this long all the same, in milliseconds. */
const BUSY_AT_MOST_MS = 10_000;

/** How long this process has waited, as its deadlines count: only differences have a meaning. */
export const waitedMs = (clock: Clock): number => clock.idleMs?.() ?? clock.now();

/**
 * Settles as `work` does, or rejects with what `onTimeout` makes once `ms` have passed, of which `clock` may count only
 * those in which this process waited.
 * The work itself is not cancelled: hand it a signal, or close what it holds, for that.
 */
export function withDeadline<T>(
  clock: Clock,
  ms: number,
  work: Promise<T>,
  onTimeout: () => Error,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const [startedMs, beforeMs] = [clock.now(), waitedMs(clock)];
    let cancel = (): void => {};
    const waitFor = (forMs: number): void => {
      cancel = clock.after(forMs, () => {
        const leftMs = beforeMs + ms - waitedMs(clock);
        const mostMs = startedMs + BUSY_AT_MOST_MS - clock.now();
        // A timer rings a little early.
        if (clock.idleMs !== undefined && Math.min(leftMs, mostMs) > 1) waitFor(Math.min(leftMs, mostMs));
        else whatHasArrived().then(() => reject(onTimeout()), reject);
      });
    };
    waitFor(ms);
    work.finally(() => cancel()).then(resolve, reject);
  });
}

/**
 * Lets what the sockets hold already be read: Node runs timers before it reads, so that in a process that was busy for
 * longer than a deadline every answer would be late, those too that have been there for long.
 */
const whatHasArrived = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
