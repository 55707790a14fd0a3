import { isLoopback } from '../../model/address.js';
import type { GatheredSentinel } from '../../model/gathered.js';
import { majorityOf } from '../../model/sentinel-timing.js';
import { listed } from '../../model/words.js';
import type { Check } from '../check.js';
import { num } from '../group.js';
import { judgeViews, votersOf } from '../sentinels.js';

/** The machine or engine that it lives on, as far as it is known: else the address stands for it. */
const hostOf = (sentinel: GatheredSentinel): string =>
  sentinel.life.ok ? sentinel.life.value.hostKey : sentinel.announce.host;

export default {
  id: 'sentinels-colocated',
  severity: 'warning',
  group: 'configuration',
  title: 'one machine holds so many sentinels that its loss leaves no majority',
  consequence:
    'when that machine goes, no failover happens: the sentinels that are left may not elect anybody',
  explanation:
    'Sentinels protect against the loss of a machine only if a majority of them is elsewhere. On one machine, or in ' +
    'one Docker Engine, they go down with it. For trying things out that is no fault: a cluster of your own on this ' +
    'machine, and anything on a loopback address, is reported as information.',
  remedy: ['spread the sentinels over three machines, or three zones, that fail independently'],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (fundamental things, 2)',
  ],
  live: (gathered) =>
    judgeViews(gathered, (group) => {
      const voters = votersOf(gathered, group);
      const sentinels = gathered.sentinels.filter(
        (s) => !s.masters.ok || group.views.some((v) => v.sentinel === s),
      );
      const quorum = Math.max(...group.views.map(({ master }) => num(master.fields, 'quorum') ?? 0));
      const needed = Math.max(majorityOf(voters), Math.min(quorum, voters));
      const hosts = [...new Set(sentinels.map(hostOf))];
      return hosts.flatMap((host) => {
        const here = sentinels.filter((s) => hostOf(s) === host);
        if (here.length < 2 || voters - here.length >= needed) return [];
        const atHome = gathered.own || here.every((s) => isLoopback(s.announce.host));
        const spare = here.slice(voters - needed);
        return [
          {
            subject: here.map((s) => s.id).join(', '),
            severity: atHome ? ('info' as const) : ('warning' as const),
            message: `${here.length} of ${voters} sentinels for ${group.name} live on one machine (${host}); without it ${voters - here.length} are left, and ${needed} are needed`,
            fix: atHome
              ? ['nothing to do for a cluster that is there to try things out']
              : [`move ${listed(spare.map((s) => s.id))} to other machines`],
          },
        ];
      });
    }),
} satisfies Check;
