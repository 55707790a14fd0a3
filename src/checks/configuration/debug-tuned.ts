import { cli } from '../../model/hints.js';
import { DEBUG_PERIODS_MS } from '../../model/sentinel-settings.js';
import type { Check } from '../check.js';
import { judged, readAll } from '../group.js';

export default {
  id: 'debug-tuned',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'configuration',
  part: 'settings',
  title: 'a sentinel’s internal timing was changed by SENTINEL DEBUG',
  consequence:
    'until its next restart it behaves differently from its file and from its peers: a ping and info period of 100 ms made failovers abort because no replica was eligible (measured)',
  explanation:
    'SENTINEL DEBUG sets periods and timeouts of one sentinel at run time. They are not written to its file, ' +
    'so a restart restores the defaults, and the cluster no longer behaves as it was tested.',
  remedy: ['SENTINEL DEBUG NAME VALUE with the defaults, or restart the sentinel'],
  sources: ['sentinel.c: sentinelSetDebugConfigParameters', 'measured'],
  causes: ['tilt'],
  live(gathered) {
    const { values, missing } = readAll(gathered.sentinels, (s) => s.debug);
    const seen = values.flatMap(({ server, value }) => {
      const tuned = Object.entries(value).flatMap(([name, now]) => {
        const usual = DEBUG_PERIODS_MS[name.toLowerCase()];
        return usual === undefined || String(usual) === now ? [] : [{ name: name.toLowerCase(), now, usual }];
      });
      if (tuned.length === 0) return [];
      return [
        {
          subject: server.id,
          message: tuned.map(({ name, now, usual }) => `${name} is ${now}, not ${usual}`).join(', '),
          fix: [
            cli(server, `SENTINEL DEBUG ${tuned.map(({ name, usual }) => `${name} ${usual}`).join(' ')}`),
          ],
        },
      ];
    });
    return judged(seen, missing);
  },
} satisfies Check;
