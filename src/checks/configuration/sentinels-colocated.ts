import { isLoopback } from '../../model/address.js';
import type { GatheredSentinel } from '../../model/gathered.js';
import { votesNeeded } from '../../model/sentinel-timing.js';
import { listed } from '../../model/words.js';
import type { Check } from '../check.js';
import { judgeCountedGroups } from '../files/judge.js';
import { sentinelFiles } from '../files/project.js';
import { num } from '../group.js';
import { judgeViews, votersOf } from '../sentinels.js';

/** The machine or engine that it lives on, as far as it is known: else the address stands for it. */
const hostOf = (sentinel: GatheredSentinel): string =>
  sentinel.life.ok ? sentinel.life.value.hostKey : sentinel.announce.host;

export default {
  id: 'sentinels-colocated',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'configuration',
  part: 'settings',
  title: 'one machine runs so many sentinels that its loss leaves no majority',
  consequence: 'when that machine fails, no failover happens: the remaining sentinels cannot elect a leader',
  explanation:
    'Sentinels protect against the loss of a machine only if a majority of them runs on other machines. On one ' +
    'machine, or in one Docker Engine, they all fail with it. For a test cluster this is fine: a cluster ' +
    'created by sentinelctl on this machine, and anything on a loopback address, is reported as information.',
  remedy: ['distribute the sentinels over 3 machines, or 3 zones, that fail independently'],
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
      const needed = votesNeeded(voters, Math.min(quorum, voters));
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
            message: colocated(here.length, voters, group.name, host, needed),
            fix: atHome
              ? ['nothing to do for a test cluster']
              : [`move ${listed(spare.map((s) => s.id))} to other machines`],
          },
        ];
      });
    }),
  files: (project) => {
    if (sentinelFiles(project).every(({ host }) => host === undefined))
      return { skip: 'needs the machine of each file: --config HOST=FILE', applies: false };
    return judgeCountedGroups(project, ({ name, monitors, sentinels: voters }) => {
      const needed = votesNeeded(voters, Math.min(Math.max(...monitors.map((m) => m.quorum)), voters));
      const placed = monitors.flatMap(({ server }) => (server.host === undefined ? [] : [server]));
      // Files of one machine do not show where the others are.
      const hosts = [...new Set(placed.map(({ host }) => host?.name))];
      if (hosts.length < 2 || placed.length < voters) return [];
      return hosts.flatMap((host) => {
        const here = placed.filter((server) => server.host?.name === host);
        const [first] = here;
        if (first === undefined || here.length < 2 || voters - here.length >= needed) return [];
        return [
          {
            subject: here.map((server) => server.id).join(', '),
            message: colocated(here.length, voters, name, String(host), needed),
            fix: [`move ${listed(here.slice(voters - needed).map((s) => s.id))} to another machine`],
            at: first.at,
          },
        ];
      });
    });
  },
} satisfies Check;

const colocated = (here: number, voters: number, name: string, host: string, needed: number): string =>
  `${here} of ${voters} sentinels for ${name} run on one machine (${host}); without it ${voters - here} ${voters - here === 1 ? 'is' : 'are'} left, and ${needed} are needed`;
