import { humanDurationMs } from '../../model/duration.js';
import type { Fields } from '../../model/gathered.js';
import { cli, ctl } from '../../model/hints.js';
import { DEFAULT_FAILOVER_TIMEOUT_MS } from '../../model/sentinel-timing.js';
import type { Check, RawFinding } from '../check.js';
import { flagsOf, silentSentinels } from '../evidence.js';
import { groupsOf, idsOf, judged, num, unreported } from '../group.js';

export default {
  id: 'failover-stuck',
  needs: 'gathered',
  severity: 'critical',
  impact: 'down',
  group: 'live',
  part: 'master',
  title: 'the master has been down for longer than failover-timeout',
  consequence:
    'no write is possible; a failed attempt is repeated only after 2 x failover-timeout, 6 min with the default of 180 s',
  explanation:
    'The sentinels agree that the master is down (ODOWN), and failover-timeout has passed without a new master: ' +
    'no leader is elected, no replica is eligible, or the chosen replica does not become master. In a healthy ' +
    'cluster a failover takes 1 to 2 s after ODOWN.',
  remedy: [
    'fix the other findings: no eligible replica, no quorum, TILT, missing rights of the user that Sentinel logs in as',
    'then SENTINEL FAILOVER NAME tries again at once instead of after 2 x failover-timeout',
  ],
  sources: [
    'sentinel.c: sentinelStartFailoverIfNeeded, sentinelFailoverSelectSlave',
    'https://github.com/redis/redis/issues/7825',
    'measured',
  ],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing = unreported(groups);
    for (const { name, views, nodes, master } of groups) {
      // A node that was promoted by hand: node-down says so, and a failover may choose another.
      const isReplaced =
        master?.role.ok !== true && nodes.some(({ role }) => role.ok && role.value.role === 'master');
      if (isReplaced) continue;
      // ODOWN comes and goes as the peers' verdicts expire (5 s); that it is down for each of a quorum stays.
      const down = views.filter(({ master: m }) => flagsOf(m.fields).includes('s_down'));
      const quorum = num(views[0]?.master.fields ?? {}, 'quorum') ?? 1;
      const agreed =
        down.length >= Math.min(quorum, views.length) ||
        down.some(({ master: m }) => flagsOf(m.fields).includes('o_down'));
      const late = down.filter(({ master: m }) => downMsOf(m.fields) > timeoutMsOf(m.fields));
      const [first] = late;
      if (!agreed || first === undefined) continue;
      const { fields } = first.master;
      const busy = views.find(({ master: m }) => flagsOf(m.fields).includes('failover_in_progress'));
      seen.push({
        subject: name,
        masterName: name,
        message: `${name}: down for ${humanDurationMs(downMsOf(fields))}, failover-timeout ${humanDurationMs(timeoutMsOf(fields))}, at ${idsOf(late.map((v) => v.sentinel))}; ${busy === undefined ? 'no sentinel is leading a failover' : `${busy.sentinel.id} is leading one: ${busy.master.fields['failover-state'] ?? '?'}`}`,
        fix: [
          gathered.own
            ? ctl(gathered, `logs ${idsOf(views.map((v) => v.sentinel)).replaceAll(',', '')} --tail 50`)
            : `the log of ${first.sentinel.id} says how each attempt ended (-failover-abort-…)`,
          cli(first.sentinel, `SENTINEL FAILOVER ${name}`),
        ],
      });
    }
    return judged(seen, missing);
  },
} satisfies Check;

/** For how long the sentinel itself has called it down, milliseconds. */
const downMsOf = (master: Fields): number => num(master, 's-down-time') ?? 0;

const timeoutMsOf = (master: Fields): number =>
  num(master, 'failover-timeout') ?? DEFAULT_FAILOVER_TIMEOUT_MS;
