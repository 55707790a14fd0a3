import { count } from '../../model/words.js';
import type { Check } from '../check.js';
import { judged, num } from '../group.js';
import { refusesAllSentinels } from '../passwords.js';
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
  live(gathered) {
    const missing: string[] = [];
    const found = judgeViews(gathered, (group) => {
      if (refusesAllSentinels(group)) {
        missing.push(
          `${sentinelIds(group.views)}: no or a wrong password for the master, through which it hears of the other sentinels`,
        );
        return [];
      }
      const voters = votersOf(gathered, group);
      const wrong = group.views.filter(({ master }) => (num(master.fields, 'quorum') ?? 0) > voters);
      if (wrong.length === 0) return [];
      const words = `quorum ${valuesAt(wrong, 'quorum')}, but there ${voters === 1 ? 'is' : 'are'} only ${count(voters, 'sentinel')}`;
      return [
        {
          subject: `${group.name} at ${sentinelIds(wrong)}`,
          // One with a quorum that can be met is enough: then settings-skew is the cause.
          ...(wrong.length < group.views.length && { severity: 'warning', impact: 'degraded' }),
          brief: words,
          message: `${words} for ${group.name}`,
          evidence: null,
          fix: lowerQuorum(gathered, wrong, { ...group, settings: wrong[0]?.master.fields ?? {} }, voters),
        },
      ];
    });
    return Array.isArray(found) ? judged(found, missing) : found;
  },
} satisfies Check;
