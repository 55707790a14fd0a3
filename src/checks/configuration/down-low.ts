import { DOUBLE_FAILOVER_BELOW_MS } from '../../model/sentinel-timing.js';
import type { Check } from '../check.js';
import { judgeMasterSetting } from '../files/judge.js';
import { sentinelSet } from '../fixes.js';
import { num } from '../group.js';
import { judgeViews, sentinelIds, valuesAt } from '../sentinels.js';

/** In milliseconds: none of 12 failovers was a double one at 1200, 7 of 95 at 1000. */
const LOW_MS = 1200;

export default {
  id: 'down-low',
  severity: 'warning',
  group: 'configuration',
  title: 'down-after-milliseconds is so low that one failover causes a second',
  consequence:
    'a second failover right after the first, and two masters for about 10 s: measured in 7 of 95 failovers at 1000 ms, 6 of 12 at 800, 12 of 15 at 100, none of 51 at 1500',
  explanation:
    'After +switch-master each sentinel drops its link to the new master and waits out the reconnect throttle of one ' +
    'second, while the verdicts of the others are still fresh. With a down-after of about that second or less, the ' +
    'healthy new master is called down and replaced in its turn. A pause of the garbage collector, the disk or the ' +
    'network of that length does the same to a healthy old one.',
  remedy: [
    `SENTINEL SET NAME down-after-milliseconds ${DOUBLE_FAILOVER_BELOW_MS}, or more, at every sentinel`,
  ],
  sources: [
    'measured',
    'sentinel.c: sentinelReconnectInstance',
    'https://github.com/redis/redis/issues/8607',
  ],
  live: (gathered) =>
    judgeViews(gathered, ({ name, views }) => {
      const low = views.filter(
        ({ master }) => (num(master.fields, 'down-after-milliseconds') ?? LOW_MS) < LOW_MS,
      );
      if (low.length === 0) return [];
      return [
        {
          subject: `${name} at ${sentinelIds(low)}`,
          message: `down-after-milliseconds ${valuesAt(low, 'down-after-milliseconds')} for ${name}`,
          fix: sentinelSet(low, name, 'down-after-milliseconds', DOUBLE_FAILOVER_BELOW_MS),
        },
      ];
    }),
  files: (project) =>
    judgeMasterSetting(project, 'down-after-milliseconds', (ms) =>
      ms < 1200
        ? { why: 'is less than 1200 ms: a healthy new master may be failed over again', better: 1500 }
        : null,
    ),
} satisfies Check;
