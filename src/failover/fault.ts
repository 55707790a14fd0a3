import { failed } from '../errors.js';
import { formatAddress } from '../model/address.js';
import { until } from '../until.js';
import type { Story } from './cast.js';

/** How long an orderly shutdown may take, in milliseconds: Redis waits up to 10 s for its replicas. */
const SHUTDOWN_BOUND_MS = 20_000;

export interface Fault {
  /** The moment from which everything is counted, on the run's clock. */
  atMs: number;
  wallMs: number;
  name: 'kill' | 'stop';
}

/**
 * Kills the current master. The fault counts from the moment at which the master was seen to be gone (its
 * connections closed), since an engine may take a while between the request and the death.
 */
export async function killMaster(
  { engine, up, cast, observer }: Story,
  signal: 'SIGKILL' | 'SIGTERM',
): Promise<Fault> {
  const { clock } = engine;
  const { id, announce } = cast.oldMaster;
  observer.hurry();
  const requestedAt = clock.now();
  const offset = clock.wallMs() - requestedAt;
  await up.driver.kill(id, signal);
  const gone = await until(
    () => observer.seen.find((o) => o.kind === 'gone' && o.source === id && o.atMs >= requestedAt),
    { clock, everyMs: 2, deadlineMs: SHUTDOWN_BOUND_MS, signal: engine.signal },
  );
  if (gone === undefined) {
    throw failed('still-there', `${id} still answers ${SHUTDOWN_BOUND_MS / 1000} s after ${signal}`, {
      hint: `sentinelctl logs ${id} --tail 20`,
    });
  }
  engine.onProgress({
    type: 'note',
    level: 'info',
    text: `fault: ${signal} to ${id} ${formatAddress(announce)}; times below count from here`,
  });
  return { atMs: gone.atMs, wallMs: gone.atMs + offset, name: signal === 'SIGKILL' ? 'kill' : 'stop' };
}
