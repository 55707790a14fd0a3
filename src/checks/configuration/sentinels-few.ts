import { count } from '../../model/words.js';
import type { Check } from '../check.js';
import { type CountedGroup, judgeCountedGroups, placeOf } from '../files/judge.js';
import { furtherSentinel } from '../fixes.js';
import { judgeViews, votersOf } from '../sentinels.js';

export default {
  id: 'sentinels-few',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  title: 'there are fewer than 3 sentinels',
  consequence:
    'the loss of one sentinel, or of the machine that it shares with the master, leaves no majority: no failover happens',
  explanation:
    'A leader is elected by a majority of all known sentinels, including those that are down. The majority of 2 ' +
    'is 2, so with one of them down no leader is elected. With a single sentinel, one wrong observation starts a ' +
    'failover, and while it is down there is no failover at all.',
  remedy: ['run 3 sentinels on 3 machines, with quorum 2'],
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
              message: fewWords(group),
              fix: ['run 3 sentinels, each on its own machine, with quorum 2'],
              ...placeOf(group),
            },
          ],
    ),
} satisfies Check;

function fewWords({ sentinels, name, monitors }: CountedGroup): string {
  const quorum = Math.max(...monitors.map((m) => m.quorum));
  return quorum > sentinels
    ? `${count(sentinels, 'sentinel')} for ${name}, and a quorum of ${quorum}: the master can never be objectively down`
    : `${count(sentinels, 'sentinel')} for ${name}: with one of them down no majority is left`;
}
