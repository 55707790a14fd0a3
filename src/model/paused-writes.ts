import {
  HELLO_PERIOD_MS,
  MIN_LINK_RECONNECT_PERIOD_MS,
  pingPeriodMs,
  TICK_MS,
  typicalFailoverMs,
} from './sentinel-timing.js';

/** From CLIENT PAUSE … WRITE to the switch, in milliseconds; a pause that is shorter than `leastMs` has no failover. */
export interface PausedFailover {
  leastMs: number;
  /** Null: a failover may never come. */
  mostMs: number | null;
}

/**
 * When the sentinels replace a master that holds back writes; null: never. PING waits only behind the next PUBLISH, so
 * down-after begins up to a hello and a ping period late. Where a link is older than 15 s, it is closed after half of
 * down-after, once, and PING is answered on the new one until the next PUBLISH (sentinelCheckSubjectivelyDown,
 * sentinelReconnectInstance). Where down-after is longer than those 15 s, each new link is closed before it has passed.
 */
export function pausedFailover({ downAfterMs }: { downAfterMs: number }): PausedFailover | null {
  if (downAfterMs > MIN_LINK_RECONNECT_PERIOD_MS) return null;
  const unheardMs = HELLO_PERIOD_MS + pingPeriodMs(downAfterMs);
  const leastMs = typicalFailoverMs({ downAfterMs });
  const mostMs = leastMs + downAfterMs / 2 + 2 * unheardMs + TICK_MS;
  return { leastMs, mostMs: downAfterMs + unheardMs < MIN_LINK_RECONNECT_PERIOD_MS ? mostMs : null };
}
