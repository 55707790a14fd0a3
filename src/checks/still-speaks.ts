import { isAt, type SentinelView } from '../model/facts.js';
import { HELLO_OVERDUE_MS, HELLO_SPREAD_MS } from '../model/sentinel-timing.js';
import type { SentinelState } from '../model/snapshot.js';

/**
 * Whether a sentinel that does not answer this machine runs: a peer that has no answer of it either still receives its
 * hello through the master, long after its last answer. A frozen process sends none. Null where nothing proves it, else
 * the peers that do not reach it.
 */
export function cutOffPeers(
  sentinelViews: readonly SentinelView[],
  sentinel: SentinelState,
): SentinelView['sentinel'][] | null {
  if (sentinel.silence?.kind !== 'timeout') return null;
  const peers = sentinelViews.filter(({ view }) =>
    view.sentinels.some(
      ({ address, helloMsAgo, answeredMsAgo }) =>
        isAt(sentinel, address) &&
        helloMsAgo != null &&
        answeredMsAgo != null &&
        helloMsAgo < HELLO_OVERDUE_MS &&
        answeredMsAgo - helloMsAgo > HELLO_SPREAD_MS,
    ),
  );
  return peers.length === 0 ? null : [...new Set(peers.map((w) => w.sentinel))];
}

/** `open TCP 26379 from 10.0.0.1, 10.0.0.2 to 10.0.0.3 (firewall, security group, NetworkPolicy)`. */
export const openPort = (from: readonly string[], to: { host: string; port: number }): string =>
  `open TCP ${to.port} from ${[...new Set(from)].join(', ')} to ${to.host} (firewall, security group, NetworkPolicy)`;

/** The same for a sentinel that its peers and this machine do not reach. */
export const openTo = (sentinel: SentinelState, peers: readonly SentinelView['sentinel'][]): string =>
  openPort([...peers.map((peer) => peer.announce.host), 'this machine'], sentinel.announce);
