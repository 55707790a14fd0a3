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
  if (sentinel.silence?.kind !== 'timeout' && sentinel.silence?.kind !== 'refused') return null;
  const peers = sentinelViews.filter(({ view }) =>
    view.sentinels.some(
      ({ address, helloMsAgo, answeredMsAgo }) => isAt(sentinel, address) && spoke(helloMsAgo, answeredMsAgo),
    ),
  );
  return peers.length === 0 ? null : [...new Set(peers.map((w) => w.sentinel))];
}

/** Whether a hello arrived long after the last answer: it runs, and its peer does not reach it. */
export const spoke = (
  helloMsAgo: number | null | undefined,
  answeredMsAgo: number | null | undefined,
): boolean =>
  helloMsAgo != null &&
  answeredMsAgo != null &&
  helloMsAgo < HELLO_OVERDUE_MS &&
  answeredMsAgo - helloMsAgo > HELLO_SPREAD_MS;

/** What ends it where nothing listens at the address that a sentinel announces. */
export const ANNOUNCE_REACHED =
  'SENTINEL CONFIG SET announce-ip ADDRESS at that sentinel: where the others connect to it';

/** `open TCP 26379 from 10.0.0.1, 10.0.0.2 to 10.0.0.3 (firewall, security group, NetworkPolicy)`. */
export const openPort = (from: readonly string[], to: { host: string; port: number }): string =>
  `open TCP ${to.port} from ${[...new Set(from)].join(', ')} to ${to.host} (firewall, security group, NetworkPolicy)`;

/** What lets its peers and this machine reach a sentinel that runs; one that refuses them announces an address that it does not have. */
export const openTo = (sentinel: SentinelState, peers: readonly SentinelView['sentinel'][]): string =>
  sentinel.silence?.kind === 'refused'
    ? ANNOUNCE_REACHED
    : openPort([...peers.map((peer) => peer.announce.host), 'this machine'], sentinel.announce);
