import { formatAddress } from '../../model/address.js';
import type { Gathered, GatheredNode } from '../../model/gathered.js';
import type { Check, RawFinding } from '../check.js';
import { cli, nodeAt, silentSentinels } from '../evidence.js';
import { attachedIn, type Group, groupsOf, isAt, judged, readAll } from '../group.js';
import { failoverUnderWay } from '../under-way.js';

export default {
  id: 'replica-orphan',
  severity: 'warning',
  group: 'live',
  title: 'a replica follows somebody else than the master',
  consequence:
    'it lacks what is written, serves old data, and Sentinel repairs it only after failover-timeout; promoted meanwhile, it loses the difference',
  explanation:
    'A replica should follow the master that the sentinels name. One that follows another node, by REPLICAOF behind ' +
    'Sentinel’s back or an old configuration, is repointed by Sentinel only when it has been wrong for failover-timeout, and ' +
    'only if its sentinels know it as a replica of this master at all.',
  remedy: ['REPLICAOF with the master’s address, at the replica'],
  sources: ['sentinel.c: sentinelRefreshInstanceInfo (+fix-slave-config)', 'measured'],
  causes: ['link-down', 'lag', 'lag-growing', 'ghost-replica', 'no-good-slave'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing: string[] = [];
    for (const group of groups) {
      const { address, replicas, name, views } = group;
      // Replicas are repointed one after the other, and the sentinels tell of the new master only after that.
      const busy = failoverUnderWay(views);
      if (busy !== null) {
        missing.push(`${name}: ${busy}`);
        continue;
      }
      if (address === null) {
        missing.push(`${name}: no sentinel names its master`);
        continue;
      }
      const { values, missing: silent } = readAll(replicas, (n) => n.role);
      missing.push(...silent);
      for (const { server, value } of values) {
        if (value.follows === null || followsMaster(gathered, group, server)) continue;
        seen.push({
          subject: server.id,
          message: `follows ${nodeAt(gathered, value.follows)}, link ${value.link ?? '?'}; the master is ${nodeAt(gathered, address)}`,
          fix: [cli(server, `REPLICAOF ${address.host} ${address.port}`)],
        });
      }
    }
    return judged(seen, missing);
  },
} satisfies Check;

/** By address, by what a name resolves to, or by the master's own list, where it is known under yet another address. */
function followsMaster(gathered: Gathered, { address, master }: Group, replica: GatheredNode): boolean {
  const follows = replica.role.ok ? replica.role.value.follows : null;
  if (follows === null || address === null) return false;
  if (formatAddress(follows) === formatAddress(address)) return true;
  if (master === null) return false;
  if (isAt(master, follows)) return true;
  const resolved = gathered.lookups.find((l) => l.name === follows.host)?.result;
  if (resolved?.ok && follows.port === address.port && resolved.value.addresses.includes(address.host))
    return true;
  const listed = master.info.ok ? attachedIn(master.info.value) : [];
  return listed.some((l) => isAt(replica, l.address));
}
