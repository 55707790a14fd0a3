/** How a sentinel names its connections: the first 8 characters of its id (sentinel.c, sentinelSetClientName). */
const CONNECTION = /^sentinel-([0-9a-f]{8})-(cmd|pubsub)$/;

/** The beginning of the id of the sentinel whose connection has this name; undefined for any other client. */
export function sentinelConnection(name: string): { id: string; kind: 'cmd' | 'pubsub' } | undefined {
  const [, id, kind] = CONNECTION.exec(name) ?? [];
  return id === undefined ? undefined : { id, kind: kind === 'cmd' ? 'cmd' : 'pubsub' };
}

/** The beginning of an id, as the names of its connections have it. */
export const shortId = (id: string): string => id.slice(0, 8);
