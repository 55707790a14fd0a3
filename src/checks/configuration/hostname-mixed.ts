import { isIp } from '../../model/address.js';
import type { Gathered } from '../../model/gathered.js';
import type { Check } from '../check.js';
import type { MonitoredAt } from '../evidence.js';
import { cli } from '../evidence.js';
import { judgeViews, sentinelIds } from '../sentinels.js';

export default {
  id: 'hostname-mixed',
  severity: 'warning',
  group: 'configuration',
  title: 'one master’s members are announced by names and by addresses',
  consequence:
    'one node goes under two addresses: clients and sentinels that compare them as text see a move that is none, and a replica may be listed twice',
  explanation:
    'With announce-hostnames yes a sentinel gives the name by which it knows a node where it knows one, and the address ' +
    'where it learned that from INFO or from a message. Names everywhere need announce-hostnames at every sentinel, ' +
    'announce-ip with a name at every sentinel and replica-announce-ip with a name at every data node.',
  remedy: [
    'addresses everywhere: SENTINEL CONFIG SET announce-hostnames no',
    'or names everywhere: announce-hostnames yes, announce-ip NAME at each sentinel, replica-announce-ip NAME at each data node',
  ],
  sources: [
    'sentinel.c: announceSentinelAddr',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (IP addresses and DNS names)',
  ],
  causes: ['ghost-replica'],
  live: (gathered) =>
    judgeViews(gathered, ({ name, views }) => {
      const hosts = [...new Set(views.flatMap(hostsIn))];
      const words = hosts.filter((host) => !isIp(host));
      const numbers = hosts.filter(isIp);
      if (words.length === 0 || numbers.length === 0) return [];
      const naming = views.filter((view) => hostsIn(view).some((host) => !isIp(host)));
      const both = numbers.flatMap((host) => namesFor(gathered, host).map((word) => `${word} is ${host}`));
      return [
        {
          subject: `${name} at ${sentinelIds(naming)}`,
          message: `names (${words.join(', ')}) and addresses (${numbers.join(', ')}) for members of ${name}${both.length > 0 ? `; ${both.join(', ')}` : ''}`,
          fix: naming.map(({ sentinel }) => cli(sentinel, 'SENTINEL CONFIG SET announce-hostnames no')),
        },
      ];
    }),
} satisfies Check;

/** The hosts by which a sentinel speaks of a group's members: the master's, its replicas', the other sentinels'. */
function hostsIn({ master }: MonitoredAt): string[] {
  const records = [master.fields, ...(master.replicas.ok ? master.replicas.value : [])];
  const peers = master.sentinels.ok ? master.sentinels.value : [];
  // An unresolvable replica has an empty host (sentinel.c, announceSentinelAddr).
  return [...records, ...peers].flatMap((r) => (r.ip ? [r.ip] : []));
}

/** The names that are addresses at the same time: those that a look-up led to this address. */
function namesFor(gathered: Gathered, address: string): string[] {
  return gathered.lookups.flatMap(({ name, result }) =>
    !isIp(name) && result.ok && result.value.addresses.includes(address) ? [name] : [],
  );
}
