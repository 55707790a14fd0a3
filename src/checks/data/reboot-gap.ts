import { formatDurationMs } from '../../model/duration.js';
import type { ConfText, Got } from '../../model/gathered.js';
import { cli } from '../../model/hints.js';
import { DEFAULT_DOWN_AFTER_MS } from '../../model/sentinel-timing.js';
import type { Check, RawFinding } from '../check.js';
import { type MonitoredAt, silentSentinels } from '../evidence.js';
import { bytes, type Group, groupsOf, idsOf, judged, num } from '../group.js';

/** How fast a server is taken to load its data; on the slow side. */
const LOADS_BYTES_PER_S = 100 * 2 ** 20;

export default {
  id: 'reboot-gap',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'data',
  part: 'disk',
  title: 'a master that restarts counts as alive while it loads',
  consequence:
    'no write is possible and no replica is promoted until it has loaded, however long that takes: Sentinel accepts -LOADING as a sign of life',
  explanation:
    'A master that restarts within down-after is never called down, and while it loads its data it answers ' +
    'PING with -LOADING, which counts as an answer. With gigabytes of data that is minutes without a master. ' +
    'Since Redis 7.0 master-reboot-down-after-period limits how long a restarted master may load before it ' +
    'counts as down.',
  remedy: ['SENTINEL SET NAME master-reboot-down-after-period MILLISECONDS at every sentinel'],
  sources: [
    'sentinel.c: sentinelPingReplyCallback, sentinelCheckSubjectivelyDown (SRI_MASTER_REBOOT)',
    'sentinel.conf: master-reboot-down-after-period',
    'https://github.com/redis/redis/pull/9438',
  ],
  causes: ['link-down', 'no-master'],
  live(gathered) {
    const groups = groupsOf(gathered);
    if (groups.length === 0) return silentSentinels(gathered);
    const seen: RawFinding[] = [];
    const missing: string[] = [];
    for (const group of groups) {
      const why = slowLoad(group);
      if (why === null) {
        if (group.master?.info.ok !== true)
          missing.push(`${group.name}: the size of its master's data is unknown`);
        continue;
      }
      const known = group.views.map((view) => ({ view, ms: rebootPeriod(view.sentinel.conf, group.name) }));
      const unset = known.filter(({ ms }) => ms === 0).map(({ view }) => view);
      const hidden = known.filter(({ ms }) => ms === null).map(({ view }) => view);
      if (unset.length > 0) seen.push(finding(group, unset, why));
      // Sentinel does not report the setting: only its file shows it.
      else if (hidden.length > 0 && why.loading) seen.push(finding(group, hidden, why));
      else for (const { sentinel } of hidden) missing.push(`${sentinel.id}: ${confWhy(sentinel.conf)}`);
    }
    return judged(seen, missing);
  },
} satisfies Check;

interface SlowLoad {
  what: string;
  loading: boolean;
}

/** Whether a restart of the master would take, or takes, longer than down-after. */
function slowLoad({ master, views }: Group): SlowLoad | null {
  if (master === null || !master.info.ok) return null;
  const info = master.info.value;
  if (num(info, 'loading') === 1) {
    const eta = num(info, 'loading_eta_seconds');
    return {
      what: `${master.id} is loading its data${eta === null ? '' : `, for about ${eta} s more`}`,
      loading: true,
    };
  }
  const config = master.config.ok ? master.config.value : {};
  const keeps = config.appendonly === 'yes' || (config.save ?? '') !== '';
  const held = num(info, 'used_memory_dataset') ?? num(info, 'used_memory') ?? 0;
  const loadS = held / LOADS_BYTES_PER_S;
  const downAfterMs = num(views[0]?.master.fields ?? {}, 'down-after-milliseconds') ?? DEFAULT_DOWN_AFTER_MS;
  if (!keeps || loadS * 1000 <= downAfterMs) return null;
  return { what: `${master.id} holds ${bytes(held)}: about ${Math.ceil(loadS)} s to load`, loading: false };
}

function finding({ name, master, views }: Group, at: readonly MonitoredAt[], why: SlowLoad): RawFinding {
  const downAfterMs = num(views[0]?.master.fields ?? {}, 'down-after-milliseconds') ?? DEFAULT_DOWN_AFTER_MS;
  const sentinels = at.map(({ sentinel }) => sentinel);
  const alive = `it counts as alive ${why.loading ? 'until then' : 'that long'}, longer than down-after (${formatDurationMs(downAfterMs)})`;
  return {
    subject: master?.id ?? name,
    message: `${why.what}; ${alive}: no master-reboot-down-after-period at ${idsOf(sentinels)}`,
    // As long as a silent master may take.
    fix: sentinels.map((s) => cli(s, `SENTINEL SET ${name} master-reboot-down-after-period ${downAfterMs}`)),
  };
}

/** Milliseconds as the sentinel's own file has it, 0 where it has none; null where it cannot be read. */
function rebootPeriod(conf: Got<ConfText>, name: string): number | null {
  if (!conf.ok) return null;
  for (const line of conf.value.text.split('\n')) {
    const [word, directive, master, value] = line.trim().split(/\s+/);
    if (
      word?.toLowerCase() === 'sentinel' &&
      directive === 'master-reboot-down-after-period' &&
      master?.replace(/"/g, '') === name
    )
      return Number(value);
  }
  return 0;
}

const confWhy = (conf: Got<ConfText>): string =>
  conf.ok ? '' : `only its configuration file shows master-reboot-down-after-period: ${conf.why}`;
