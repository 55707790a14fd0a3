import { sentinelAnswers } from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import { listed } from '../../model/words.js';
import type { SnapshotCheck } from '../check.js';
import { judged } from '../group.js';
import { unanswered } from '../snapshot.js';

/** sentinel.c: SENTINEL_SIMFAILURE_CRASH_AFTER_ELECTION, …_PROMOTION. */
const FLAGS: [bit: number, name: string][] = [
  [1, 'crash-after-election'],
  [2, 'crash-after-promotion'],
];

export default {
  id: 'simfail-armed',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'settings',
  title: 'a sentinel is set to crash at its next failover',
  consequence:
    'it exits with code 99 in the middle of the failover that it leads: when that is after the promotion, the promoted replica is demoted again 18 s later (measured)',
  explanation:
    'SENTINEL SIMULATE-FAILURE is a test command. It stays in effect until the sentinel is restarted or the ' +
    'flag is cleared, and only INFO shows it (sentinel_simulate_failure_flags).',
  remedy: ['clear the flags: SENTINEL SIMULATE-FAILURE help'],
  sources: ['sentinel.c: sentinelCommand (simulate-failure), sentinelSimFailureCrash', 'measured'],
  live({ snapshot }) {
    const answering = snapshot.sentinels.filter(sentinelAnswers);
    const seen = answering.flatMap((server) => {
      const flags = server.answer.simulates ?? 0;
      if (flags === 0) return [];
      const armed = FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
      return [
        {
          subject: server.id,
          message: `sentinel_simulate_failure_flags is ${flags}: ${listed(armed) || 'unknown flags'}`,
          fix: [cli(server, 'SENTINEL SIMULATE-FAILURE help')],
        },
      ];
    });
    const unsaid = answering.flatMap(({ id, answer }) =>
      answer.simulates === undefined ? [`${id}: its INFO does not say`] : [],
    );
    return judged(seen, [...unanswered(snapshot.sentinels), ...unsaid]);
  },
} satisfies SnapshotCheck;
