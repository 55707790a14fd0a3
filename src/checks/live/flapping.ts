import { ctl } from '../../model/hints.js';
import type { Check, RawFinding } from '../check.js';
import { failoversCounted } from './failovers-counted.js';

/** So often within what was watched, or oftener. */
const OFTEN = 2;

export default {
  id: 'flapping',
  needs: 'gathered',
  severity: 'warning',
  impact: 'degraded',
  group: 'live',
  part: 'nodes',
  title: 'a server goes down and comes back, again and again',
  consequence:
    'each time can become a failover: the master changes without need, and each change costs seconds without writes, and may lose some',
  explanation:
    'A sentinel reported +sdown of the same server several times during the watch, or the master changed several ' +
    'times. The server is slower than down-after-milliseconds allows (a slow disk, swapping, a large key), the ' +
    'network loses packets, or down-after-milliseconds is too low. Without a watch, the counters of the data nodes ' +
    'prove failovers of an attached cluster: 4 or more since they started, one an hour or more on average, the last ' +
    'one within the hour; failovers while sentinelctl acted on it are its own.',
  remedy: [
    'check that server: LATENCY DOCTOR, SLOWLOG GET, its log',
    'raise down-after-milliseconds above its longest pause: SENTINEL SET NAME down-after-milliseconds MS, at ' +
      'every sentinel',
  ],
  sources: [
    'sentinel.c: sentinelCheckSubjectivelyDown, sentinelSendSlaveOf',
    'https://github.com/redis/redis/issues/8607',
  ],
  overTime: true,
  live(gathered) {
    const { watched, sentinels } = gathered;
    const counted = failoversCounted(gathered);
    if (watched === null) return counted.length > 0 ? counted : { skip: 'it was not watched' };
    const downs = new Map<string, string[]>();
    for (const { sentinel, name, text } of watched.events) {
      if (name !== '+sdown' && name !== '+switch-master') continue;
      // `slave 127.0.0.1:6380 127.0.0.1 6380 @ mymaster …`; `mymaster 127.0.0.1 6379 127.0.0.1 6380`.
      const about = `${name} ${text
        .split(' @ ')[0]
        ?.split(' ')
        .slice(0, name === '+sdown' ? 2 : 1)
        .join(' ')}`;
      downs.set(about, [...(downs.get(about) ?? []), sentinel]);
    }
    const seen = [...downs].flatMap(([about, by]): RawFinding[] => {
      // Each sentinel says it once: several of them at one time are one event.
      const times = Math.max(...by.map((one) => by.filter((s) => s === one).length));
      if (times < OFTEN) return [];
      return [
        {
          subject: [...new Set(by)].join(', '),
          message: `${about}: ${times} times in ${watched.forMs / 1000} s`,
          fix: [ctl(gathered, 'doctor --watch-for 30s'), ctl(gathered, 'logs --tail 50')],
        },
      ];
    });
    const followed = sentinels.some((s) => s.silence === null);
    const all = [...seen, ...counted];
    return all.length > 0 || followed ? all : { skip: 'no sentinel could be followed' };
  },
} satisfies Check;
