import { humanDurationMs } from './duration.js';
import { isDown } from './flags.js';
import { promotableWithin } from './sentinel-timing.js';
import type { MasterView, SeenReplica } from './snapshot.js';

/** What is known of a replica. What is absent or null is not known, and decides nothing. */
export type KnownReplica = Pick<
  SeenReplica,
  'flags' | 'priority' | 'answeredMsAgo' | 'infoMsAgo' | 'linkDownMs'
>;

/** A master as the sentinel that chooses has it. */
export interface KnownMaster extends Pick<MasterView, 'flags' | 'downAfterMs' | 'downMs'> {
  /** Sentinel's own periods in milliseconds, where SENTINEL DEBUG changed them. */
  pingPeriodMs?: number | undefined;
  infoPeriodMs?: number | undefined;
}

/** What excludes a replica: it is down, not connected, gave no PONG or INFO lately, has priority 0, had no link for too long. */
export type Excluded = { by: 'down' | 'disconnected' | 'priority' } | TooOld;
interface TooOld {
  by: 'ping' | 'info' | 'link';
  forMs: number;
  allowedMs: number;
}

export type Eligibility = { is: 'yes' } | { is: 'unknown' } | ({ is: 'no' } & Excluded);

/** Whether it ends by itself: a server that answers is heard again. A priority stays, and a cut grows with the master's own. */
export const endsByItself = ({ by }: Excluded): boolean => by !== 'priority' && by !== 'link';

/**
 * Whether a sentinel would promote this replica (sentinel.c, sentinelSelectSlave, in its order). `now`: as it would
 * choose at this moment. `next`: at its next choice: once the master is down INFO is asked each second, and until that has
 * had an effect, older INFO excludes none. Pure.
 */
export function eligibility(
  replica: KnownReplica,
  master: KnownMaster,
  choice: 'now' | 'next' = 'now',
): Eligibility {
  const { flags, priority } = replica;
  if (isDown(flags)) return { is: 'no', by: 'down' };
  if (flags.includes('disconnected')) return { is: 'no', by: 'disconnected' };
  const masterIsDown = isDown(master.flags) || master.downMs != null;
  const downForMs = master.downMs ?? (masterIsDown ? undefined : 0);
  const within = withinOf(master, masterIsDown ? (downForMs ?? 0) : null);
  const isFollowed =
    masterIsDown && (choice === 'now' || downForMs === undefined || downForMs >= within.pingMs);
  const infoMs = isFollowed ? within.infoMs : withinOf(master, null).infoMs;
  const tooOld = (
    by: TooOld['by'],
    forMs: number | null | undefined,
    allowedMs: number,
  ): Eligibility | null =>
    forMs == null ? { is: 'unknown' } : forMs > allowedMs ? { is: 'no', by, forMs, allowedMs } : null;
  const link = tooOld('link', replica.linkDownMs, within.linkDownMs);
  const said = [
    tooOld('ping', replica.answeredMsAgo, within.pingMs),
    priority === null
      ? { is: 'unknown' as const }
      : priority === 0
        ? ({ is: 'no', by: 'priority' } as const)
        : null,
    tooOld('info', replica.infoMsAgo, infoMs),
    // More is allowed the longer the master is down.
    link?.is === 'no' && downForMs === undefined ? { is: 'unknown' as const } : link,
  ].filter((one) => one !== null);
  return said.find(({ is }) => is === 'no') ?? said[0] ?? { is: 'yes' };
}

const withinOf = (
  { downAfterMs, pingPeriodMs, infoPeriodMs }: KnownMaster,
  masterDownForMs: number | null,
): ReturnType<typeof promotableWithin> =>
  promotableWithin({ downAfterMs, masterDownForMs, pingMs: pingPeriodMs, infoMs: infoPeriodMs });

/** `has priority 0`, `was without its master for 67.00 s, 30.00 s are allowed`: what follows a replica's name. */
export function excludedWords(excluded: Excluded): string {
  switch (excluded.by) {
    case 'down':
      return 'is down';
    case 'disconnected':
      return 'is not connected';
    case 'ping':
      return `answered no PING for ${excluded.forMs} ms`;
    case 'priority':
      return 'has priority 0';
    case 'info':
      return `gave no INFO for ${excluded.forMs} ms`;
    case 'link':
      return `was ${cutWords(excluded.forMs, excluded.allowedMs)}`;
  }
}

/** `without its master for 67.00 s, 30.00 s are allowed`; of several replicas: `their`. */
export const cutWords = (forMs: number, allowedMs: number, replicas = 1): string =>
  `without ${replicas === 1 ? 'its' : 'their'} master for ${humanDurationMs(forMs)}, ${humanDurationMs(allowedMs)} are allowed`;

/** Of a replica that has not said its own yet (sentinel.c, SENTINEL_DEFAULT_SLAVE_PRIORITY). */
const DEFAULT_PRIORITY = 100;

/** The priority, offset and run id by which eligible replicas are ordered (sentinel.c, compareSlavesForPromotion). */
type Ranked = Pick<SeenReplica, 'priority' | 'offset' | 'runId'>;

/** Better first: the lowest priority, then the largest offset, then the smallest run id; one without a run id last. */
export function byRank(a: Ranked, b: Ranked): number {
  const priorityOf = (one: Ranked): number => one.priority ?? DEFAULT_PRIORITY;
  const [priority, offset] = [priorityOf(a) - priorityOf(b), (b.offset ?? 0) - (a.offset ?? 0)];
  if (priority !== 0) return priority;
  if (offset !== 0) return offset;
  if (a.runId === '' || b.runId === '') return Number(a.runId === '') - Number(b.runId === '');
  const [x, y] = [a.runId.toLowerCase(), b.runId.toLowerCase()];
  return x < y ? -1 : x > y ? 1 : 0;
}
