import { humanDurationMs } from '../../model/duration.js';
import type { Check, RawFinding } from '../check.js';
import { judgeMasterSetting } from '../files/judge.js';
import { sentinelSet } from '../fixes.js';
import { num } from '../group.js';
import { judgeViews, sentinelIds, valuesAt } from '../sentinels.js';

/** In milliseconds: Sentinel's own default, and what is too short for a promotion to be seen. */
const LONG_MS = 180_000;
const SHORT_MS = 3000;
/** In milliseconds: the value that fits a down-after of some seconds. */
const USUAL_MS = 60_000;

export default {
  id: 'failover-timeout',
  severity: 'warning',
  group: 'configuration',
  title: 'failover-timeout is too long or too short',
  consequence:
    'a failover that fails is tried again only after twice this time, 6 min by default; below 3000 ms it is given up before the INFO has come that proves the promotion',
  explanation:
    'failover-timeout bounds each step of a failover, and twice of it must pass before the same master is failed over ' +
    'again; it is also how long a replica may follow the wrong master before it is set right. The promotion is seen by an ' +
    'INFO that is sent once a second, so that three seconds are the least that leave room for one retry.',
  remedy: [`SENTINEL SET NAME failover-timeout ${USUAL_MS} at every sentinel`],
  sources: [
    'sentinel.c: sentinelStartFailoverIfNeeded, sentinelFailoverWaitPromotion',
    'sentinel.conf: failover-timeout',
  ],
  live: (gathered) =>
    judgeViews(gathered, ({ name, views }) => {
      const timeout = (view: (typeof views)[0]): number =>
        num(view.master.fields, 'failover-timeout') ?? USUAL_MS;
      const told = (wrong: typeof views, says: string): RawFinding[] =>
        wrong.length === 0
          ? []
          : [
              {
                subject: `${name} at ${sentinelIds(wrong)}`,
                message: `failover-timeout ${valuesAt(wrong, 'failover-timeout')} for ${name}: ${says}`,
                fix: sentinelSet(wrong, name, 'failover-timeout', USUAL_MS),
              },
            ];
      const long = views.filter((v) => timeout(v) >= LONG_MS);
      const short = views.filter((v) => timeout(v) < SHORT_MS);
      const retryMs = 2 * Math.max(...long.map(timeout), 0);
      return [
        ...told(long, `after a failed failover the next one comes after ${humanDurationMs(retryMs)}`),
        ...told(short, 'a promotion takes up to a second to be seen, and is given up before'),
      ];
    }),
  files: (project) =>
    judgeMasterSetting(project, 'failover-timeout', (ms) => {
      if (ms >= 180_000)
        return {
          why: `lets ${Math.round((2 * ms) / 60_000)} minutes pass before a failed failover is tried again`,
          better: 60_000,
        };
      return ms < 3000
        ? { why: 'is over before the promoted replica could say so in its INFO', better: 60_000 }
        : null;
    }),
} satisfies Check;
