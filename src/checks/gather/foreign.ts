import type { GatheredNode, GatheredSentinel } from '../../model/gathered.js';
import { oncePer } from '../../model/once-per.js';
import { sentinelConnection, shortId } from '../../model/sentinel-connection.js';

/**
 * The sentinels that are connected to a data node and that no sentinel here is or knows, by the beginning of their ids.
 * Nothing is said where a sentinel did not answer: it may be the one.
 */
export function foreignAt({ clients }: GatheredNode, sentinels: readonly GatheredSentinel[]): string[] {
  if (!clients.ok || sentinels.some((s) => !s.myid.ok)) return [];
  const connected = clients.value.flatMap(({ name = '' }) => sentinelConnection(name)?.id ?? []);
  const known = knownIds(sentinels);
  return [...new Set(connected)].filter((id) => !known.has(id)).sort();
}

/** What the ids of these sentinels, and of those that they know, begin with. */
const knownIds = oncePer((sentinels: readonly GatheredSentinel[]): ReadonlySet<string> => {
  const ids = sentinels.flatMap((s) => [
    ...(s.myid.ok ? [s.myid.value] : []),
    ...(s.masters.ok ? s.masters.value : []).flatMap((m) =>
      m.sentinels.ok ? m.sentinels.value.map((peer) => peer.runid ?? '') : [],
    ),
  ]);
  return new Set(ids.map(shortId));
});
