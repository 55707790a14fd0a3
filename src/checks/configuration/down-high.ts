import type { Check } from '../check.js';
import { judgeMasterSetting } from '../files/judge.js';
import { sentinelSet } from '../fixes.js';
import { num } from '../group.js';
import { judgeViews, sentinelIds, valuesAt } from '../sentinels.js';

/** In milliseconds: Sentinel's own default. */
const HIGH_MS = 30_000;
/** In milliseconds: ample for a network that is not broken, and six times as fast. */
const USUAL_MS = 5000;

export default {
  id: 'down-high',
  severity: 'info',
  group: 'configuration',
  title: 'down-after-milliseconds is 30 s or more',
  consequence:
    'a dead master is noticed that late: an outage takes down-after and 1.0 to 1.3 s more, measured at 1 and 5 s',
  explanation:
    'The default of 30000 is made for links between data centres. Nothing begins before it has passed, since only then ' +
    'a sentinel calls the master down. Lower is faster, and calls more pauses a failure; 5000 is a usual value.',
  remedy: [`SENTINEL SET NAME down-after-milliseconds ${USUAL_MS} at every sentinel`],
  sources: ['sentinel.c: sentinelCheckSubjectivelyDown', 'measured'],
  live: (gathered) =>
    judgeViews(gathered, ({ name, views }) => {
      const high = views.filter(
        ({ master }) => (num(master.fields, 'down-after-milliseconds') ?? 0) >= HIGH_MS,
      );
      if (high.length === 0) return [];
      return [
        {
          subject: `${name} at ${sentinelIds(high)}`,
          message: `down-after-milliseconds ${valuesAt(high, 'down-after-milliseconds')} for ${name}`,
          fix: sentinelSet(high, name, 'down-after-milliseconds', USUAL_MS),
        },
      ];
    }),
  files: (project) =>
    judgeMasterSetting(project, 'down-after-milliseconds', (ms) =>
      ms >= 30_000 ? { why: 'is how long a dead master goes unnoticed', better: 5000 } : null,
    ),
} satisfies Check;
