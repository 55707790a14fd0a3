import type { Check } from '../check.js';
import { cli } from '../evidence.js';
import { judged, readAll } from '../group.js';

/** In milliseconds, as sentinel.c has them, from 6.2 to 8.0 and in Valkey 8. */
const DEFAULTS: Record<string, string> = {
  'info-period': '10000',
  'ping-period': '1000',
  'ask-period': '1000',
  'publish-period': '2000',
  'default-down-after': '30000',
  'default-failover-timeout': '180000',
  'tilt-trigger': '2000',
  'tilt-period': '30000',
  'slave-reconf-timeout': '10000',
  'min-link-reconnect-period': '15000',
  'election-timeout': '10000',
  'script-max-runtime': '60000',
  'script-retry-delay': '30000',
};

export default {
  id: 'debug-tuned',
  severity: 'warning',
  group: 'configuration',
  title: 'a sentinel’s inner timing was changed by SENTINEL DEBUG',
  consequence:
    'it times differently from what its file says and from its peers, until it is restarted: a ping and info period of 100 ms made failovers abort for want of a good replica (measured)',
  explanation:
    'SENTINEL DEBUG sets periods and time-outs of one sentinel at run time. They are not written to its file, so a ' +
    'restart brings the defaults back, and with them another behaviour than the one that was tested.',
  remedy: ['SENTINEL DEBUG NAME VALUE with the defaults, or restart the sentinel'],
  sources: ['sentinel.c: sentinelSetDebugConfigParameters', 'measured'],
  causes: ['tilt'],
  live(gathered) {
    const { values, missing } = readAll(gathered.sentinels, (s) => s.debug);
    const seen = values.flatMap(({ server, value }) => {
      const tuned = Object.entries(value).flatMap(([name, now]) => {
        const usual = DEFAULTS[name.toLowerCase()];
        return usual === undefined || usual === now ? [] : [{ name: name.toLowerCase(), now, usual }];
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
