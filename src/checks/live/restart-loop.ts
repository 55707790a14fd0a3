import type { Address } from '../../model/address.js';
import { formatAddress } from '../../model/address.js';
import { ctl } from '../../model/hints.js';
import type { Check, RawFinding } from '../check.js';
import { isPlanned, nodeAt } from '../evidence.js';
import { mostCommon } from '../group.js';

/** One restart is maintenance; so many within what was watched are a loop. */
const OFTEN = 2;

export default {
  id: 'restart-loop',
  needs: 'gathered',
  severity: 'critical',
  impact: 'degraded',
  group: 'live',
  title: 'a data node is restarted again and again',
  consequence:
    'a node that is back within down-after is never failed over: each restart costs the writes of that time, and without persistence the data',
  explanation:
    'Sentinel reports +reboot when a server answers with another run id than before. A supervisor that restarts a ' +
    'crashing server (out of memory, a broken file, a liveness probe) within down-after-milliseconds hides the ' +
    'crash from the sentinels, which keep it as the master.',
  remedy: [
    'the end of its log, and of its supervisor: why it ends',
    'a supervisor that waits longer than down-after-milliseconds before it restarts a master',
  ],
  sources: ['sentinel.c: sentinelRefreshInstanceInfo (+reboot)'],
  overTime: true,
  causes: ['flapping', 'seen-down', 'loading', 'link-down', 'lag', 'lag-growing', 'node-down'],
  live(gathered) {
    const { watched, sentinels } = gathered;
    if (watched === null) return { skip: 'it was not watched' };
    const reboots = watched.events.flatMap(({ name, sentinel, text }) => {
      const address = name === '+reboot' ? rebootedIn(text) : null;
      return address === null ? [] : [{ sentinel, place: formatAddress(address), address }];
    });
    const seen = [...new Map(reboots.map((r) => [r.place, r.address]))].flatMap(
      ([place, address]): RawFinding[] => {
        const by = reboots.filter((r) => r.place === place).map((r) => r.sentinel);
        // Each sentinel says it once: several of them at one time are one restart.
        const most = mostCommon(by);
        const times = by.filter((s) => s === most).length;
        if (times < OFTEN) return [];
        const id = nodeAt(gathered, address);
        return [
          {
            subject: id,
            message: `${id} was restarted ${times} times in ${watched.forMs / 1000} s (+reboot at ${[...new Set(by)].join(', ')})`,
            brief: `${id} is restarted again and again`,
            evidence: `${id} was restarted ${times} times in ${watched.forMs / 1000} s`,
            fix: isPlanned(gathered, { id })
              ? [ctl(gathered, `logs ${id} --tail 50`)]
              : [`# the end of the log of ${id}, and of what restarts it, says why it ends`],
          },
        ];
      },
    );
    const followed = sentinels.some((s) => s.silence === null);
    return seen.length > 0 || followed ? seen : { skip: 'no sentinel could be followed' };
  },
} satisfies Check;

/** `slave 127.0.0.1:6380 127.0.0.1 6380 @ mymaster …`, `master mymaster 127.0.0.1 6379` (sentinel.c, sentinelEvent). */
function rebootedIn(text: string): Address | null {
  const [, host, port] = /^(?:master|slave) \S+ (\S+) (\d+)/.exec(text) ?? [];
  return host === undefined ? null : { host, port: Number(port) };
}
