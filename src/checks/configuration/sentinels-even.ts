import { majorityOf, RESETS_APART_MS } from '../../model/sentinel-timing.js';
import { count } from '../../model/words.js';
import type { Check } from '../check.js';
import { judgeCountedGroups, placeOf } from '../files/judge.js';
import { idsOf } from '../group.js';
import { judgeViews, votersOf } from '../sentinels.js';
import { furtherSentinel } from '../voters.js';

export default {
  id: 'sentinels-even',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'configuration',
  part: 'settings',
  title: 'the number of sentinels is even',
  consequence:
    'a network split into two halves leaves no majority on either side, so no failover happens; 4 sentinels tolerate no more failures than 3',
  explanation:
    'The majority of 4 is 3, the same as of 5: 4 sentinels tolerate the loss of one, as 3 do, and after a split ' +
    'in the middle neither side can fail over. Sentinels that are gone for good still count, so an even number ' +
    'may be an odd number plus one ghost.',
  remedy: [
    `add one sentinel, or remove one and RESET the others, one at a time and ${RESETS_APART_MS / 1000} s apart`,
  ],
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
          message: `${voters} sentinels for ${group.name}: ${majorityOf(voters)} are needed to elect a leader, the same as of ${voters + 1}`,
          fix: furtherSentinel(
            gathered,
            { ...group, settings: group.views[0]?.master.fields ?? {} },
            voters + 1,
          ),
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
              message: `${count(group.sentinels, 'sentinel')} for ${group.name} (${idsOf(group.monitors.map((m) => m.server))}): tolerates no more failures than ${group.sentinels - 1}`,
              fix: [`run ${group.sentinels + 1} sentinels, or ${group.sentinels - 1}`],
              ...placeOf(group),
            },
          ],
    ),
} satisfies Check;
