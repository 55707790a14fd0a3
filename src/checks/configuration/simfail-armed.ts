import { cli } from '../../model/hints.js';
import { listed } from '../../model/words.js';
import type { Check } from '../check.js';
import { judged, num, readAll } from '../group.js';

/** sentinel.c: SENTINEL_SIMFAILURE_CRASH_AFTER_ELECTION, …_PROMOTION. */
const FLAGS: [bit: number, name: string][] = [
  [1, 'crash-after-election'],
  [2, 'crash-after-promotion'],
];

export default {
  id: 'simfail-armed',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  title: 'a sentinel is set to crash at its next failover',
  consequence:
    'it exits with code 99 in the middle of the failover that it leads: when that is after the promotion, the promoted replica is demoted again 18 s later (measured)',
  explanation:
    'SENTINEL SIMULATE-FAILURE is a test command. It stays in effect until the sentinel is restarted or the ' +
    'flag is cleared, and only INFO shows it (sentinel_simulate_failure_flags).',
  remedy: ['clear the flags: SENTINEL SIMULATE-FAILURE help'],
  sources: ['sentinel.c: sentinelCommand (simulate-failure), sentinelSimFailureCrash', 'measured'],
  live(gathered) {
    const { values, missing } = readAll(gathered.sentinels, (s) => s.info);
    const seen = values.flatMap(({ server, value }) => {
      const flags = num(value, 'sentinel_simulate_failure_flags') ?? 0;
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
    const unsaid = values.flatMap(({ server, value }) =>
      value.sentinel_simulate_failure_flags === undefined ? [`${server.id}: its INFO does not say`] : [],
    );
    return judged(seen, [...missing, ...unsaid]);
  },
} satisfies Check;
