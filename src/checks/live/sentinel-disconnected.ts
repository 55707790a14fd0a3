import type { SnapshotCheck } from '../check.js';
import { ids, isDown, judgeMasters, placed, sentinelsOf, subjectOf } from '../snapshot.js';

export default {
  id: 'sentinel-disconnected',
  needs: 'snapshot',
  severity: 'info',
  group: 'live',
  title: 'a sentinel has no link to the master at this moment',
  consequence: 'if it stays, the sentinel calls the master down after down-after',
  explanation:
    'The sentinel is opening its connection to a master that answers here. That takes milliseconds, and is repeated every ' +
    'second. When it stays, the sentinel cannot reach the address by which it knows the master.',
  remedy: ['look again after a second: sentinelctl status --watch', 'check the network between the two'],
  sources: ['sentinel.c: sentinelReconnectInstance'],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], (master) => {
      const { answered, hints, refOf, witnesses } = master;
      const without = witnesses.filter(
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
