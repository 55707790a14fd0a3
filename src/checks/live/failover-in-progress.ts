import { humanDurationMs } from '../../model/duration.js';
import { listed } from '../../model/words.js';
import type { SnapshotCheck } from '../check.js';
import { ids, judgeMasters, sentinelsOf, subjectOf } from '../snapshot.js';

export default {
  id: 'failover-in-progress',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'master',
  title: 'a failover is in progress',
  consequence: 'the master changes within seconds; the other findings may be outdated then',
  explanation:
    'A sentinel leads a failover: it has chosen a replica, promotes it and reconfigures the others. This takes 1 ' +
    'to 2 s in a healthy cluster, and at most failover-timeout.',
  remedy: ['wait until it ends: sentinelctl status --watch'],
  sources: ['sentinel.c: sentinelFailoverStateMachine'],
  causes: ['master-address-not-master', 'link-down', 'replica-orphan', 'epoch-disagree', 'replica-missing'],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], ({ sentinelViews, name, expectation, hints }) => {
      const busy = sentinelViews.filter(
        ({ view }) => view.failoverState !== null || view.flags.includes('failover_in_progress'),
      );
      const [first] = busy;
      if (first === undefined) return [];
      const states = [...new Set(busy.flatMap((w) => w.view.failoverState ?? []))];
      return [
        {
          subject: subjectOf(sentinelsOf(busy)),
          message: `a failover of ${name} is in progress at ${ids(sentinelsOf(busy))}${states.length === 0 ? '' : ` (${listed(states)})`}`,
          consequence: `it ends by itself, at the latest after failover-timeout (${humanDurationMs(first.view.failoverTimeoutMs)})`,
          fix: [
            expectation.own
              ? hints.ctl('status --watch')
              : hints.cli(first.sentinel, `SENTINEL MASTER ${name}`),
          ],
        },
      ];
    }),
} satisfies SnapshotCheck;
