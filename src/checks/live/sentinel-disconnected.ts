import type { SnapshotCheck } from '../check.js';
import { ids, isDown, judgeMasters, placed, sentinelsOf, subjectOf } from '../snapshot.js';

export default {
  id: 'sentinel-disconnected',
  needs: 'snapshot',
  severity: 'info',
  impact: 'none',
  group: 'live',
  part: 'sentinels',
  title: 'a sentinel has no link to the master at this moment',
  consequence: 'if this stays, the sentinel calls the master down after down-after',
  explanation:
    'The sentinel is opening its connection to a master that answers sentinelctl. That takes milliseconds, and is ' +
    'retried every second. If it stays, the sentinel cannot reach the address that it has for the master.',
  remedy: ['run status again after 1 s, or sentinelctl status --watch', 'check the network between the two'],
  sources: ['sentinel.c: sentinelReconnectInstance'],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], (master) => {
      const { answered, hints, refOf, sentinelViews } = master;
      const without = sentinelViews.filter(
        ({ view }) =>
          view.flags.includes('disconnected') &&
          !isDown(view.flags) &&
          answered.some((n) => n.id === refOf(view.address).id),
      );
      const [first] = without;
      if (first === undefined) return [];
      return [
        {
          subject: subjectOf(sentinelsOf(without)),
          message: `${ids(sentinelsOf(without))} ${without.length === 1 ? 'has' : 'have'} no link to the master ${placed(master, first.view.address)} at this moment`,
          fix: [hints.ctl('status --watch')],
        },
      ];
    }),
} satisfies SnapshotCheck;
