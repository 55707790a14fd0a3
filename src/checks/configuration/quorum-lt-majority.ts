import { majorityOf } from '../../model/sentinel-timing.js';
import type { Severity } from '../../model/status.js';
import { count } from '../../model/words.js';
import type { Check } from '../check.js';
import { judgeCountedGroups } from '../files/judge.js';
import { sentinelSet } from '../fixes.js';
import { num } from '../group.js';
import { judgeViews, sentinelIds, valuesAt, votersOf } from '../sentinels.js';
import { quorumWrong } from './quorum-gt-n-files.js';

/** Two sentinels that agree are a choice, the documentation's own example for five; one alone is a risk. */
const severityOf = (quorum: number): Severity => (quorum < 2 ? 'warning' : 'info');

export default {
  id: 'quorum-lt-majority',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'configuration',
  part: 'settings',
  title: 'the quorum is smaller than a majority of the sentinels',
  consequence:
    'fewer than half of the sentinels, perhaps one with a bad link, can start a failover of a healthy master: writes that the old master accepts for about 10 s more are lost',
  explanation:
    'The quorum decides whether the master counts as down; the election of the leader always needs a ' +
    'majority. With a smaller quorum the mistake of a minority is enough to start, because the other ' +
    'sentinels vote for any candidate that asks: they do not check whether the master is down. A quorum of 2 or more ' +
    'of many sentinels is a note; 1 is a risk.',
  remedy: ['SENTINEL SET NAME quorum N at every sentinel, with N the majority: 2 of 3, 3 of 5'],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (quorum)',
    'sentinel.c: sentinelVoteLeader',
  ],
  live: (gathered) =>
    judgeViews(gathered, (group) => {
      const voters = votersOf(gathered, group);
      const majority = majorityOf(voters);
      const low = group.views.filter(({ master }) => (num(master.fields, 'quorum') ?? majority) < majority);
      // Fewer than three have no majority that survives one of them: that is a finding of its own.
      if (voters < 3 || low.length === 0) return [];
      return [
        {
          subject: `${group.name} at ${sentinelIds(low)}`,
          severity: severityOf(Math.min(...low.map(({ master }) => num(master.fields, 'quorum') ?? 0))),
          message: `quorum ${valuesAt(low, 'quorum')} of ${voters} sentinels; the majority is ${majority}`,
          fix: sentinelSet(low, group.name, 'quorum', majority),
        },
      ];
    }),
  files: (project) =>
    judgeCountedGroups(project, (group) =>
      quorumWrong(
        group,
        (quorum) => quorum < majorityOf(group.sentinels),
        () =>
          `is less than the majority of ${count(group.sentinels, 'sentinel')}, which is ${majorityOf(group.sentinels)}`,
        severityOf,
      ),
    ),
} satisfies Check;
