import { humanDurationMs } from '../../model/duration.js';
import type { Fields, Gathered, GatheredNode } from '../../model/gathered.js';
import { ctl } from '../../model/hints.js';
import { listed } from '../../model/words.js';
import type { RawFinding } from '../check.js';
import { type Group, groupsOf, num } from '../group.js';

/** So many failovers, one an hour or more on average, with the last one within the hour. */
const MANY = 4;
const HOUR_MS = 3_600_000;
/** A master's record is as old as its sentinel after a start: only a younger one shows a failover. */
const START_MS = 5000;

/**
 * Failovers that one look proves. Sentinel reconfigures each data node once in each failover with SLAVEOF, which a node
 * counts since its start (measured: 4 failovers, 4 calls at each of 3 nodes); operators and scripts type REPLICAOF,
 * which is counted apart. The configuration epoch rises with each failover, too. Of two nodes that agree neither is one
 * that is corrected again and again. sentinelctl's own acts are failovers on purpose.
 */
export function failoversCounted(gathered: Gathered): RawFinding[] {
  if (gathered.own) return [];
  return groupsOf(gathered).flatMap((group): RawFinding[] => {
    const counted = group.nodes.flatMap(reconfigured).toSorted((a, b) => b.times - a.times);
    const [first, second] = counted;
    if (first === undefined || second === undefined) return [];
    const epoch = Math.max(0, ...group.views.map(({ master }) => num(master.fields, 'config-epoch') ?? 0));
    const failovers = Math.min(second.times, epoch);
    const withinMs = Math.max(first.uptimeMs, second.uptimeMs);
    const agoMs = lastFailoverMs(group);
    const actedMs = gathered.takenAtMs - (gathered.runs?.actedAtMs ?? Number.NEGATIVE_INFINITY);
    if (failovers < MANY || withinMs / failovers > HOUR_MS || agoMs === null || actedMs <= withinMs)
      return [];
    const both = listed([first.id, second.id].toSorted());
    return [
      {
        subject: group.name,
        masterName: group.name,
        brief: `${group.name} had ${failovers} failovers within ${humanDurationMs(withinMs)}`,
        evidence: `the sentinels gave ${both} another role or master ${failovers} times (SLAVEOF), config-epoch ${epoch}; the last time ${humanDurationMs(agoMs)} ago`,
        message: `${group.name} had ${failovers} failovers within ${humanDurationMs(withinMs)}: the sentinels gave ${both} another role or master ${failovers} times (SLAVEOF), config-epoch ${epoch}; the last time ${humanDurationMs(agoMs)} ago`,
        fix: [ctl(gathered, 'doctor --watch-for 30s'), ctl(gathered, 'logs --tail 50')],
      },
    ];
  });
}

/** `cmdstat_slaveof:calls=4,usec=…` */
function reconfigured({ id, info }: GatheredNode): { id: string; times: number; uptimeMs: number }[] {
  if (!info.ok) return [];
  const times = callsIn(info.value, 'slaveof');
  const uptimeS = num(info.value, 'uptime_in_seconds');
  return uptimeS === null ? [] : [{ id, times, uptimeMs: uptimeS * 1000 }];
}

const callsIn = (info: Fields, command: string): number =>
  Number(/^calls=(\d+)/.exec(info[`cmdstat_${command}`] ?? '')?.[1] ?? 0);

/** How long ago a sentinel that ran before it changed its master; null: it was not within the hour. */
function lastFailoverMs({ views }: Group): number | null {
  const ages = views.flatMap(({ sentinel, master }) => {
    const uptimeS = sentinel.info.ok ? num(sentinel.info.value, 'uptime_in_seconds') : null;
    const ageMs = num(master.fields, 'role-reported-time');
    const isChange = ageMs !== null && uptimeS !== null && ageMs + START_MS < uptimeS * 1000;
    return isChange && ageMs <= HOUR_MS ? [ageMs] : [];
  });
  return ages.length === 0 ? null : Math.min(...ages);
}
