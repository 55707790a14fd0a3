import { count } from '../../model/words.js';
import type { Check } from '../check.js';
import { judgeCountedGroups, placeOf } from '../files/judge.js';
import { furtherSentinel } from '../fixes.js';
import { judgeViews, votersOf } from '../sentinels.js';

export default {
  id: 'sentinels-few',
  severity: 'critical',
  group: 'configuration',
  title: 'there are fewer than three sentinels',
  consequence:
    'the loss of one sentinel, or of the machine that it shares with the master, leaves no majority: no failover happens',
  explanation:
    'A sentinel is elected for a failover by a majority of all that are known, dead ones included. The majority of two ' +
    'is two, so that with one of them gone nobody is elected; a single one fails over on its own mistake, and not at ' +
    'all when it is down.',
  remedy: ['run three sentinels on three machines, with a quorum of 2'],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Example 1: just two Sentinels, DON’T DO THIS)',
  ],
  causes: ['quorum-lt-majority', 'sentinels-even', 'sentinels-colocated'],
  live: (gathered) =>
    judgeViews(gathered, (group) => {
      const voters = votersOf(gathered, group);
      if (voters >= 3) return [];
      return [
        {
          subject: group.name,
          message: `${count(voters, 'sentinel')} for ${group.name}: ${group.views.map((v) => v.sentinel.id).join(', ')}`,
          fix: furtherSentinel(gathered, group, 3),
        },
      ];
    }),
  files: (project) =>
    judgeCountedGroups(project, (group) =>
      group.sentinels >= 3
        ? []
        : [
            {
              subject: group.name,
              message: `${count(group.sentinels, 'sentinel')} for ${group.name}: with one of them down there is no majority`,
              fix: ['run 3 sentinels, each on a machine of its own, with quorum 2'],
              ...placeOf(group),
            },
          ],
    ),
} satisfies Check;
