/** When a client's batches are due. */
export interface Schedule {
  /** When the next batch is meant to start, in milliseconds on the caller's clock; then the one after it is next. */
  next(nowMs: number): number;
}

/**
 * A fixed rate, all clients' together, shared evenly and offset against each other. Who was out sends what has been
 * due meanwhile as fast as it can, each counted from the moment at which it was due: otherwise an outage would be
 * one slow operation instead of the thousand that users had waited for (wrk2, k6's arrival rate: coordinated
 * omission). At rate 0 a batch is due when the one before it is done.
 */
export function scheduleOf(
  { ratePerS, clients, pipeline }: { ratePerS: number; clients: number; pipeline: number },
  client: number,
  startMs: number,
): Schedule {
  if (ratePerS === 0) return { next: (nowMs) => nowMs };
  const everyMs = (1000 * pipeline * clients) / ratePerS;
  let batch = 0;
  const firstMs = startMs + (everyMs * client) / clients;
  return { next: () => firstMs + everyMs * batch++ };
}
