import type { Check } from '../check.js';
import { cli } from '../evidence.js';
import { hostsIn, namesFor } from '../host-names.js';
import { isIp, judgeViews, sentinelIds } from '../sentinels.js';

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
