import { type Address, formatAddress } from '../../model/address.js';
import type { Gathered } from '../../model/gathered.js';
import { ctl } from '../../model/hints.js';
import type { Check, RawFinding } from '../check.js';
import { isPlanned, nodeAt } from '../evidence.js';
import { mostCommon, num } from '../group.js';

/** One restart is maintenance; so many within what was watched are a loop. */
const OFTEN = 2;

export default {
  id: 'restart-loop',
  needs: 'gathered',
  severity: 'critical',
  impact: 'degraded',
  group: 'live',
  part: 'nodes',
  title: 'a server is restarted again and again',
  consequence:
    'a node that is back within down-after is never failed over: each restart costs the writes of that time, and without persistence the data',
  explanation:
    'Sentinel reports +reboot when a server answers with another run id than before. A supervisor that restarts a ' +
    'crashing server (out of memory, a broken file, a liveness probe) within down-after-milliseconds hides the ' +
    'crash from the sentinels, which keep it as the master. A restart of a sentinel is not reported by the others. ' +
    'Without a watch, a server that started less than a minute ago while the others of its kind have run for more ' +
    'than ten is named as a note.',
  remedy: [
    'the end of its log, and of its supervisor: why it ends',
    'a supervisor that waits longer than down-after-milliseconds before it restarts a master',
  ],
  sources: ['sentinel.c: sentinelRefreshInstanceInfo (+reboot)'],
  overTime: true,
  causes: ['flapping', 'seen-down', 'loading', 'link-down', 'lag', 'lag-growing', 'node-down'],
  live(gathered) {
    const { watched, sentinels } = gathered;
    const young = startedAlone(gathered);
    if (watched === null) return young.length > 0 ? young : { skip: 'it was not watched' };
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
    const all = [...seen, ...young.filter(({ subject }) => seen.every((s) => s.subject !== subject))];
    return all.length > 0 || followed ? all : { skip: 'no sentinel could be followed' };
  },
} satisfies Check;

/** Started within this, a server may be in a loop; the others must have run ten times as long. */
const YOUNG_S = 60;
const OLD_S = 10 * YOUNG_S;

/** Servers that started a moment ago where the others of their kind have run for long: once proves no loop. */
function startedAlone(gathered: Gathered): RawFinding[] {
  return [gathered.nodes, gathered.sentinels].flatMap((servers) => {
    const known = servers.flatMap(({ id, info }) => {
      const uptimeS = info.ok ? num(info.value, 'uptime_in_seconds') : null;
      return uptimeS === null ? [] : [{ id, uptimeS }];
    });
    const old = known.filter(({ uptimeS }) => uptimeS >= OLD_S);
    const young = known.filter(({ uptimeS }) => uptimeS < YOUNG_S);
    if (old.length === 0 || old.length + young.length < known.length) return [];
    const oldestS = Math.min(...old.map(({ uptimeS }) => uptimeS));
    return young.map(
      ({ id, uptimeS }): RawFinding => ({
        subject: id,
        severity: 'info',
        impact: 'none',
        message: `${id} started ${uptimeS} s ago, and ${old.map((s) => s.id).join(', ')} ${old.length === 1 ? 'runs' : 'run'} for ${Math.floor(oldestS / 60)} min or longer`,
        consequence:
          'after a restart on purpose that is normal; one that is restarted again and again is seen only over time',
        fix: [ctl(gathered, 'doctor --watch-for 30s')],
      }),
    );
  });
}

/** `slave 127.0.0.1:6380 127.0.0.1 6380 @ mymaster …`, `master mymaster 127.0.0.1 6379` (sentinel.c, sentinelEvent). */
function rebootedIn(text: string): Address | null {
  const [, host, port] = /^(?:master|slave) \S+ (\S+) (\d+)/.exec(text) ?? [];
  return host === undefined ? null : { host, port: Number(port) };
}
