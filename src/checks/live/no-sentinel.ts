import { sentinelAnswers } from '../../model/facts.js';
import { count } from '../../model/words.js';
import type { SnapshotCheck } from '../check.js';
import { subjectOf } from '../snapshot.js';
import { isStopped } from './no-master.js';

export default {
  id: 'no-sentinel',
  needs: 'snapshot',
  severity: 'critical',
  impact: 'no-failover',
  group: 'live',
  title: 'no sentinel answers',
  consequence: 'clients cannot ask where the master is, and no replica is promoted when the master fails',
  explanation:
    'No known sentinel answers. The data nodes continue: replication works, and connected clients keep their ' +
    'connections. But a client that starts cannot find the master, and a master that fails is not replaced.',
  remedy: ['start the sentinels', 'check the given addresses'],
  sources: ['measured'],
  causes: ['sentinel-unreachable', 'no-quorum'],
  live({ snapshot, expectation, hints }) {
    const { sentinels } = snapshot;
    const [first] = sentinels;
    if (sentinels.some((s) => sentinelAnswers(s) || s.silence === null)) return [];
    // One that wants a password does answer.
    if (sentinels.some((s) => s.silence?.kind === 'auth')) return [];
    return [
      {
        subject: subjectOf(sentinels),
        // Nothing refuses either: this machine may have no route to them.
        ...(!expectation.own && sentinels.length > 0 && !sentinels.some(isStopped) && { impact: 'unknown' }),
        message:
          first === undefined
            ? 'no sentinel is known'
            : `none of ${count(sentinels.length, 'sentinel')} answers`,
        ...(expectation.whence !== undefined && {
          consequence: `${this.consequence}; ${expectation.whence}`,
        }),
        fix: [
          expectation.own
            ? hints.ctl('up')
            : first === undefined
              ? 'sentinelctl status --sentinel-addrs HOST:PORT'
              : hints.cli(first, 'PING'),
        ],
      },
    ];
  },
} satisfies SnapshotCheck;
