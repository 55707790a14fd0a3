import { command } from '../../model/hints.js';
import type { SnapshotCheck } from '../check.js';
import { EFFECTS_OF_FAULTS, judgeJournal } from './journal.js';

export default {
  id: 'run-under-way',
  needs: 'snapshot',
  first: true,
  severity: 'info',
  impact: 'none',
  group: 'live',
  part: 'addresses',
  title: 'a run of sentinelctl is active',
  consequence:
    'every other finding may come from this run; it rolls back its own changes, and commands that change the cluster are refused until it ends',
  explanation:
    'A command such as failover-test, inject or chaos is changing the cluster at this moment. Its journal lists ' +
    'its active changes. Another command would be refused, or would disturb the run.',
  remedy: ['wait until it ends: sentinelctl status --watch'],
  sources: ['the journal of the cluster, in its state directory'],
  causes: EFFECTS_OF_FAULTS,
  live: (facts) =>
    judgeJournal(facts, ({ cluster, underWay }) => {
      if (underWay === undefined) return null;
      const { what, pid, since, acts } = underWay;
      const run = `"${what}", pid ${pid}`;
      return {
        message:
          acts.length === 0
            ? `a run is active since ${since} (${run}); no fault is active at this moment`
            : `a run is active since ${since} (${run}); in effect: ${acts.join(', ')}`,
        fix: [command('status --watch', cluster)],
      };
    }),
} satisfies SnapshotCheck;
