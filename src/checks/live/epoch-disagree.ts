import { ballots } from '../../model/facts.js';
import type { SnapshotCheck } from '../check.js';
import { grouped, ids, judgeMasters, sentinelsOf, subjectOf } from '../snapshot.js';

export default {
  id: 'epoch-disagree',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'sentinels',
  title: 'the sentinels have different configuration epochs',
  consequence:
    'the sentinels with the lower epoch adopt the configuration with the higher epoch at the next hello message',
  explanation:
    'The sentinels name the same master, but have different versions of its configuration. The highest epoch wins ' +
    'with the next hello message, within 2 s. If the difference stays, they do not receive each other’s messages.',
  remedy: ['wait 2 s and run doctor again', 'check the network between the sentinels and the data nodes'],
  sources: ['sentinel.c: sentinelProcessHelloMessage'],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], ({ sentinelViews, hints, name }) => {
      if (ballots(sentinelViews).length > 1) return [];
      const groups = grouped(sentinelViews, (w) => String(w.view.configEpoch)).sort(
        (a, b) => b.length - a.length,
      );
      const odd = groups.at(-1)?.[0];
      if (groups.length < 2 || odd === undefined) return [];
      const claims = groups.map((g) => `${ids(sentinelsOf(g))} at ${g[0]?.view.configEpoch ?? '?'}`);
      return [
        {
          subject: subjectOf(sentinelsOf(groups.slice(1).flat())),
          message: `the sentinels disagree on the configuration epoch of ${name}: ${claims.join('; ')}`,
          fix: [hints.logs(odd.sentinel, `SENTINEL MASTER ${name}`)],
        },
      ];
    }),
} satisfies SnapshotCheck;
