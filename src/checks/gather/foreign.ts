import type { Address } from '../../model/address.js';
import type { GatheredNode, GatheredSentinel } from '../../model/gathered.js';
import { oncePer } from '../../model/once-per.js';
import { sentinelConnection, shortId } from '../../model/sentinel-connection.js';
import { addressOf } from '../../wire/info.js';

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

/**
 * The ids, by their beginning, of which a data node has two command connections: two sentinels have the same one, or an
 * old connection is still open.
 */
export function twinsAt({ clients }: Pick<GatheredNode, 'clients'>): string[] {
  const ids = (clients.ok ? clients.value : []).flatMap(({ name = '' }) => {
    const seen = sentinelConnection(name);
    return seen?.kind === 'cmd' ? [seen.id] : [];
  });
  return [...new Set(ids.filter((id, i) => ids.indexOf(id) !== i))];
}

/** `ip,port,runid,current_epoch,master_name,master_ip,master_port,master_config_epoch` (sentinel.c, sentinelSendHello). */
export function helloIn(
  message: string,
): { sentinelId: string; address: Address; masterName: string; master: Address } | null {
  const [ip, port, sentinelId, , masterName, masterIp, masterPort, epoch] = message.split(',');
  const address = addressOf(ip, port);
  const master = addressOf(masterIp, masterPort);
  if (address === undefined || master === undefined || epoch === undefined) return null;
  // A name goes into commands that are printed; sentinel.c takes no other characters.
  if (!sentinelId || !masterName || !/^[\w.-]+$/.test(masterName)) return null;
  return { sentinelId, address, masterName, master };
}
