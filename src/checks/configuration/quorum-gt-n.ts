import { majorityOf } from '../../model/sentinel-timing.js';
import type { Severity } from '../../model/status.js';
import { count } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import type { CountedGroup } from '../files/groups.js';
import { judgeCountedGroups } from '../files/judge.js';
import { num } from '../group.js';
import { judgeViews, sentinelIds, valuesAt, votersOf } from '../sentinels.js';
import { lowerQuorum } from '../voters.js';

export default {
  id: 'quorum-gt-n',
  needs: 'gathered',
  severity: 'critical',
  impact: 'no-failover',
  group: 'configuration',
  part: 'settings',
  title: 'the quorum is larger than the number of sentinels',
  consequence: 'the master is never objectively down, so no failover ever starts',
  explanation:
    'The quorum is the number of sentinels that must call the master down before one of them may start a ' +
    'failover. When it is larger than the number of sentinels, +odown never comes, whatever happens to the ' +
    'master.',
  remedy: ['SENTINEL SET NAME quorum N at every sentinel, with N the majority: 2 of 3, 3 of 5'],
  sources: ['sentinel.c: sentinelCheckObjectivelyDown'],
  causes: ['no-quorum', 'failover-stuck'],
  live: (gathered) =>
    judgeViews(gathered, (group) => {
      const voters = votersOf(gathered, group);
      const wrong = group.views.filter(({ master }) => (num(master.fields, 'quorum') ?? 0) > voters);
      if (wrong.length === 0) return [];
      return [
        {
          subject: `${group.name} at ${sentinelIds(wrong)}`,
          // One with a quorum that can be met is enough: then settings-skew is the cause.
          ...(wrong.length < group.views.length && { severity: 'warning', impact: 'degraded' }),
          message: `quorum ${valuesAt(wrong, 'quorum')}, but there are only ${count(voters, 'sentinel')} for ${group.name}`,
          fix: lowerQuorum(gathered, wrong, { ...group, settings: wrong[0]?.master.fields ?? {} }, voters),
        },
      ];
    }),
  files: (project) =>
    judgeCountedGroups(project, (group) =>
      quorumWrong(
        group,
        // A quorum of 2 is right for the three that there should be: that there are fewer is the fault.
        (quorum) => quorum > group.sentinels && quorum > 2,
        () => `of ${count(group.sentinels, 'sentinel')}: the master can never be objectively down`,
      ),
    ),
} satisfies Check;

/** The monitor lines with a wrong quorum, and the correct line. */
export const quorumWrong = (
  group: CountedGroup,
  wrong: (quorum: number) => boolean,
  why: (quorum: number) => string,
  severityOf?: (quorum: number) => Severity,
): RawFinding[] =>
  group.monitors
    .filter((m) => wrong(m.quorum))
    .map(({ server, name, host, port, quorum, at }) => ({
      subject: server.id,
      ...(severityOf !== undefined && { severity: severityOf(quorum) }),
      message: `${name}: quorum ${quorum} ${why(quorum)}`,
      fix: [`sentinel monitor ${name} ${host} ${port} ${Math.max(2, majorityOf(group.sentinels))}`],
      at,
    }));
