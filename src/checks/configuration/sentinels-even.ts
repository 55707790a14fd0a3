import { majorityOf } from '../../model/sentinel-timing.js';
import { count } from '../../model/words.js';
import type { Check } from '../check.js';
import { judgeCountedGroups, placeOf } from '../files/judge.js';
import { furtherSentinel } from '../fixes.js';
import { idsOf } from '../group.js';
import { judgeViews, votersOf } from '../sentinels.js';

export default {
  id: 'sentinels-even',
  severity: 'warning',
  group: 'configuration',
  title: 'the number of sentinels is even',
  consequence:
    'a split into two halves leaves no majority on either side: no failover, and no more losses are survived than with one sentinel fewer',
  explanation:
    'The majority of four is three, as of five: four sentinels survive the loss of one, as three do, and a network that ' +
    'breaks in the middle leaves nobody who may fail over. Sentinels that are gone for good count as well, so an even ' +
    'number may be an odd one and a ghost.',
  remedy: ['add one sentinel, or take one away and RESET the others, one at a time and 30 s apart'],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/',
    'sentinel.c: sentinelGetLeader',
  ],
  live: (gathered) =>
    judgeViews(gathered, (group) => {
      const voters = votersOf(gathered, group);
      if (voters < 4 || voters % 2 === 1) return [];
      return [
        {
          subject: group.name,
          message: `${voters} sentinels for ${group.name}: ${majorityOf(voters)} must be there to elect one, as of ${voters + 1}`,
          fix: furtherSentinel(gathered, group, voters + 1),
        },
      ];
    }),
  files: (project) =>
    judgeCountedGroups(project, (group) =>
      group.sentinels < 4 || group.sentinels % 2 === 1
        ? []
        : [
            {
              subject: group.name,
              message: `${count(group.sentinels, 'sentinel')} for ${group.name} (${idsOf(group.monitors.map((m) => m.server))}): no more may fail than with ${group.sentinels - 1}`,
              fix: [`run ${group.sentinels + 1} sentinels, or ${group.sentinels - 1}`],
              ...placeOf(group),
            },
          ],
    ),
} satisfies Check;
