import type { Repair } from '../../model/repair.js';
import { MASTER_SETTINGS } from '../../model/sentinel-timing.js';
import type { Check, RawFinding } from '../check.js';
import { judgeMonitoredGroups } from '../files/judge.js';
import { type Monitor, masterSetting } from '../files/settings.js';
import { sentinelSet } from '../fixes.js';
import { idsOf, mostCommon } from '../group.js';
import { judgeViews, sentinelIds, valuesAt } from '../sentinels.js';

const SETTINGS = ['quorum', ...MASTER_SETTINGS] as const;

export default {
  id: 'settings-skew',
  needs: 'gathered',
  severity: 'warning',
  group: 'configuration',
  title: 'the sentinels have different settings for one master',
  consequence:
    'SENTINEL SET changes one sentinel only: whether and how fast a failover happens depends on which sentinel leads it',
  explanation:
    'Sentinels exchange the master’s address and epoch, but not its settings. The first sentinel whose own ' +
    'down-after has passed asks the others; the elected leader uses its own failover-timeout and ' +
    'parallel-syncs.',
  remedy: ['run the same SENTINEL SET at every sentinel'],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (Reconfiguring Sentinel at runtime)',
    'measured',
  ],
  live: (gathered) =>
    judgeViews(gathered, ({ name, views }) =>
      SETTINGS.flatMap((setting): RawFinding[] => {
        const value = mostCommon(views.flatMap(({ master }) => master.fields[setting] ?? [])) ?? '';
        const others = views.filter(({ master }) => (master.fields[setting] ?? value) !== value);
        if (others.length === 0) return [];
        const repairs = others.map(
          ({ sentinel, master }): Repair => ({
            kind: 'sentinel-set',
            sentinel: sentinel.id,
            masterName: name,
            name: setting,
            value,
            was: master.fields[setting] ?? '',
          }),
        );
        return [
          {
            subject: `${name} at ${sentinelIds(others)}`,
            message: `${setting} is ${valuesAt(views, setting)}`,
            fix: sentinelSet(others, name, setting, value),
            repairs,
          },
        ];
      }),
    ),
  files(project) {
    return judgeMonitoredGroups(project, (groups) => {
      if (groups.every((g) => g.monitors.length < 2))
        return { skip: 'there is only one sentinel file to compare' };
      return groups.flatMap(({ monitors }) =>
        SETTINGS.flatMap((what) =>
          skewed(what, monitors, (m) =>
            what === 'quorum' ? { value: m.quorum, at: m.at } : masterSetting(m, what),
          ),
        ),
      );
    });
  },
} satisfies Check;

type Valued = { value: number; at: { file: string; line: number } };

/** The ones that have another value than the most have. */
function skewed(what: string, monitors: Monitor[], read: (monitor: Monitor) => Valued): RawFinding[] {
  const all = monitors.map((monitor) => ({ monitor, ...read(monitor) }));
  const usual = mostCommon(all.map((a) => a.value));
  const odd = all.filter((a) => a.value !== usual);
  const [first] = odd;
  if (first === undefined || usual === undefined) return [];
  const { name, host, port } = first.monitor;
  return [
    {
      subject: idsOf(odd.map((o) => o.monitor.server)),
      message: `${name}: ${what} ${odd.map((o) => o.value).join(', ')}, and ${usual} at ${idsOf(all.filter((a) => a.value === usual).map((a) => a.monitor.server))}`,
      fix: [
        what === 'quorum'
          ? `sentinel monitor ${name} ${host} ${port} ${usual}`
          : `sentinel ${what} ${name} ${usual}`,
      ],
      at: first.at,
    },
  ];
}
