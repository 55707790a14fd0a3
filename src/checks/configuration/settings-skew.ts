import type { SentinelView } from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import {
  differenceIn,
  SHARED_SETTINGS,
  type SharedSetting,
  settingIn,
  valuesWords,
} from '../../model/sentinel-settings.js';
import { majorityOf } from '../../model/sentinel-timing.js';
import type { RawFinding, SnapshotCheck } from '../check.js';
import type { Monitor } from '../files/settings.js';
import { idsOf, mostCommon } from '../group.js';
import { ids, judgeMasters, sentinelsOf, subjectOf } from '../snapshot.js';

export default {
  id: 'settings-skew',
  needs: 'snapshot',
  severity: 'warning',
  impact: 'degraded',
  group: 'configuration',
  part: 'settings',
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
  causes: ['quorum-gt-n'],
  live: (facts) =>
    judgeMasters(facts, ['sentinels'], ({ name, sentinelViews }) =>
      SHARED_SETTINGS.flatMap((setting): RawFinding[] => {
        const read = (view: SentinelView['view']): number => settingIn(view, setting);
        const value =
          setting === 'quorum'
            ? commonQuorum(sentinelViews)
            : mostCommon(sentinelViews.map(({ view }) => read(view)));
        const others = sentinelViews.filter(({ view }) => read(view) !== value);
        const [first] = others;
        if (value === undefined || first === undefined) return [];
        const difference = differenceIn(setting, sentinelViews);
        // Each has the same, and too many: no-quorum says it.
        if (difference === null) return [];
        return [
          {
            subject: `${name} at ${subjectOf(sentinelsOf(others))}`,
            servers: sentinelsOf(others).map((s) => s.id),
            brief: `${ids(sentinelsOf(others))} ${others.length === 1 ? `has ${setting} ${read(first.view)}, not ${value}` : `have another ${setting} than ${value}`}`,
            message: difference,
            fix: others.map(({ sentinel }) => cli(sentinel, `SENTINEL SET ${name} ${setting} ${value}`)),
            repairs: others.map(({ sentinel, view }) => ({
              kind: 'sentinel-set',
              sentinel: sentinel.id,
              masterName: name,
              name: setting,
              value: String(value),
              was: String(read(view)),
            })),
          },
        ];
      }),
    ),
  files: (project, { judgeMonitoredGroups, masterSetting }) =>
    judgeMonitoredGroups(project, (groups) => {
      if (groups.every((g) => g.monitors.length < 2))
        return { skip: 'there is only one sentinel file to compare', applies: false };
      return groups.flatMap(({ monitors }) =>
        SHARED_SETTINGS.flatMap((setting) =>
          skewed(setting, monitors, (m) =>
            setting === 'quorum' ? { value: m.quorum, at: m.at } : masterSetting(m, setting),
          ),
        ),
      );
    }),
} satisfies SnapshotCheck;

type Valued = { value: number; at: { file: string; line: number } };

/** The files that have another value than the most have. */
function skewed(
  setting: SharedSetting,
  monitors: readonly Monitor[],
  read: (monitor: Monitor) => Valued,
): RawFinding[] {
  const all = monitors.map((monitor) => ({ monitor, id: monitor.server.id, ...read(monitor) }));
  const difference = valuesWords(setting, all);
  const usual = mostCommon(all.map(({ value }) => value));
  const odd = all.filter(({ value }) => value !== usual);
  const [first] = odd;
  if (difference === null || first === undefined) return [];
  const { name, host, port } = first.monitor;
  return [
    {
      subject: idsOf(odd),
      message: `${name}: ${difference}`,
      fix: [
        setting === 'quorum'
          ? `sentinel monitor ${name} ${host} ${port} ${usual}`
          : `sentinel ${setting} ${name} ${usual}`,
      ],
      at: first.at,
    },
  ];
}

/** What most have of those that can be met; the majority where none can. */
function commonQuorum(sentinelViews: readonly SentinelView[]): number | undefined {
  const voters = Math.max(0, ...sentinelViews.map(({ view }) => view.sentinels.length + 1));
  const met = sentinelViews.map(({ view }) => view.quorum).filter((quorum) => quorum <= voters);
  return met.length > 0 ? mostCommon(met) : voters > 0 ? majorityOf(voters) : undefined;
}
