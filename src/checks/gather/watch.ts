import type { Clock } from '../../clock.js';
import type { Target } from '../../cluster/target.js';
import type { Watched } from '../../model/gathered.js';
import { until } from '../../until.js';
import { askingAs } from '../../wire/access.js';
import { openConnection } from '../../wire/client.js';
import { parseRole } from '../../wire/replies.js';
import { followSentinel } from '../../wire/subscribe.js';
import type { WiredServers } from './servers.js';

/** How often each data node is asked for its offset, in milliseconds. */
const LOOK_EVERY_MS = 250;

interface WatchRequest {
  clock: Clock;
  deadlineMs: number;
  watchForMs: number;
  signal?: AbortSignal | undefined;
}

/**
 * Listens to every sentinel and reads every data node's offset for `watchForMs`. Times are counted from the beginning.
 * A server that cannot be followed is left out. Throws only the signal's reason.
 */
export async function watchServers(
  target: Target,
  { sentinels, nodes }: WiredServers,
  { clock, deadlineMs, watchForMs, signal }: WatchRequest,
): Promise<Watched> {
  const watched: Watched = { forMs: watchForMs, events: [], offsets: [] };
  const startedMs = clock.now();
  const asking = { clock, deadlineMs, access: target.access, signal };
  const followed = await Promise.all(
    sentinels
      .filter((s) => s.silence === null)
      .map(({ id, endpoint }) =>
        followSentinel(
          endpoint,
          askingAs(asking, 'sentinel'),
          ({ name, message: text }, atMs) =>
            watched.events.push({ sentinel: id, atMs: atMs - startedMs, name, text }),
          () => {},
        ).catch(() => null),
      ),
  );
  try {
    await Promise.all([
      clock.sleep(watchForMs, signal),
      ...nodes
        .filter((n) => n.silence === null)
        .map(async ({ id, endpoint }) => {
          const connection = await openConnection(endpoint, askingAs(asking, 'redis')).catch(() => null);
          if (connection === null) return;
          const look = async (): Promise<true | undefined> => {
            try {
              const { role, offset } = parseRole(await connection.call('ROLE'));
              if (offset !== null)
                watched.offsets.push({ node: id, atMs: clock.now() - startedMs, offset, role });
              return undefined;
            } catch {
              // Gone, or it does not say: what was seen until now stays.
              signal?.throwIfAborted();
              return true;
            }
          };
          const left = watchForMs - (clock.now() - startedMs);
          await until(look, { clock, everyMs: LOOK_EVERY_MS, deadlineMs: left, signal }).finally(() =>
            connection.close(),
          );
        }),
    ]);
    return watched;
  } finally {
    for (const follower of followed) follower?.close();
  }
}
