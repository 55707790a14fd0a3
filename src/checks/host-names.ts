import type { Gathered } from '../model/gathered.js';
import type { MonitoredAt } from './evidence.js';
import { isIp } from './sentinels.js';

/** The hosts by which a sentinel speaks of a group's members: the master's, its replicas', the other sentinels'. */
export function hostsIn({ master }: MonitoredAt): string[] {
  const records = [master.fields, ...(master.replicas.ok ? master.replicas.value : [])];
  const peers = master.sentinels.ok ? master.sentinels.value : [];
  // An unresolvable replica has an empty host (sentinel.c, announceSentinelAddr).
  return [...records, ...peers].flatMap((r) => (r.ip ? [r.ip] : []));
}

/** The names that are addresses at the same time: those that a look-up led to this address. */
export function namesFor(gathered: Gathered, address: string): string[] {
  return gathered.lookups.flatMap(({ name, result }) =>
    !isIp(name) && result.ok && result.value.addresses.includes(address) ? [name] : [],
  );
}
