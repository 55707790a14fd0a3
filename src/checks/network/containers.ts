import type { Gathered, GatheredNode, GatheredSentinel, GatheredServer } from '../../model/gathered.js';

/** Everybody: sentinels and data nodes. */
export const servers = (gathered: Gathered): (GatheredNode | GatheredSentinel)[] => [
  ...gathered.nodes,
  ...gathered.sentinels,
];

/** A node's container, for a command: of a cluster that is not ours, as the place of its file has it (`web-1:/data/redis.conf`). */
export function containerOf(gathered: Gathered, server: Pick<GatheredServer, 'id' | 'conf'>): string {
  if (gathered.own) return `sentinelctl-${gathered.cluster}-${server.id}`;
  const place = server.conf.ok ? /^([\w.-]+):\//.exec(server.conf.value.file) : null;
  return place?.[1] ?? 'CONTAINER';
}

/** The network that the containers share. */
export const networkOf = (gathered: Gathered): string =>
  gathered.own ? `sentinelctl-${gathered.cluster}` : 'NETWORK';
