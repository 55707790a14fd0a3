import type { Gathered, GatheredNode, GatheredSentinel, GatheredServer } from '../../model/gathered.js';

/** Everybody: sentinels and data nodes. */
export const servers = (gathered: Gathered): (GatheredNode | GatheredSentinel)[] => [
  ...gathered.nodes,
  ...gathered.sentinels,
];

/** A node's container, for a command; of a cluster that is not ours nobody said how it is called. */
export const containerOf = (gathered: Gathered, server: Pick<GatheredServer, 'id'>): string =>
  gathered.own ? `sentinelctl-${gathered.cluster}-${server.id}` : 'CONTAINER';

/** The network that the containers share. */
export const networkOf = (gathered: Gathered): string =>
  gathered.own ? `sentinelctl-${gathered.cluster}` : 'NETWORK';
