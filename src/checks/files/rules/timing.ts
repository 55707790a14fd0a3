import type { RawFinding } from '../../check.js';
import { fileGroups, replicasOf } from '../groups.js';
import type { Project } from '../project.js';
import { sentinelFiles } from '../project.js';
import { type Monitor, masterSetting, monitorsOf, place } from '../settings.js';
import { idsOf, merged, noSentinelFile, type Rule } from './rule.js';

/** Sentinel's defaults (sentinel.c, createSentinelRedisInstance). */
const DEFAULTS = {
  'down-after-milliseconds': 30_000,
  'failover-timeout': 180_000,
  'parallel-syncs': 1,
} as const;
type Timing = keyof typeof DEFAULTS;

/** A rule about one setting of every monitored master; what is wrong with a value, and a value that is right. */
const about = (
  id: string,
  what: Timing,
  wrong: (value: number) => { why: string; better: number } | null,
): Rule => ({
  id,
  judge(project) {
    const sentinels = sentinelFiles(project).filter((s) => s.seen);
    if (sentinels.length === 0) return noSentinelFile;
    return merged(
      sentinels.flatMap(monitorsOf).flatMap((monitor): RawFinding[] => {
        const { value, at, set } = masterSetting(monitor, what, DEFAULTS[what]);
        const found = wrong(value);
        if (found === null) return [];
        return [
          {
            subject: monitor.server.id,
            message: `${monitor.name}: ${what} ${value}${set ? '' : ' (the default)'} ${found.why}`,
            fix: [`sentinel ${what} ${monitor.name} ${found.better}`],
            at,
          },
        ];
      }),
    );
  },
});

export const downLow = about('down-low', 'down-after-milliseconds', (ms) =>
  ms < 1200
    ? { why: 'is less than 1200 ms: a healthy new master may be failed over again', better: 1500 }
    : null,
);

export const downHigh = about('down-high', 'down-after-milliseconds', (ms) =>
  ms >= 30_000 ? { why: 'is how long a dead master goes unnoticed', better: 5000 } : null,
);

export const failoverTimeout = about('failover-timeout', 'failover-timeout', (ms) => {
  if (ms >= 180_000)
    return {
      why: `lets ${Math.round((2 * ms) / 60_000)} minutes pass before a failed failover is tried again`,
      better: 60_000,
    };
  return ms < 3000
    ? { why: 'is over before the promoted replica could say so in its INFO', better: 60_000 }
    : null;
});

export const parallelSyncs: Rule = {
  id: 'parallel-syncs',
  judge(project) {
    const groups = fileGroups(project).filter((g) => g.monitors.length > 0);
    if (groups.length === 0) return noSentinelFile;
    if (groups.every((g) => replicasOf(g) === null))
      return { skip: 'how many replicas there are is not in these files' };
    return merged(
      groups.flatMap((group) => {
        const replicas = replicasOf(group) ?? 0;
        if (replicas < 2) return [];
        return group.monitors.flatMap((monitor): RawFinding[] => {
          const { value, at } = masterSetting(monitor, 'parallel-syncs', DEFAULTS['parallel-syncs']);
          if (value < replicas) return [];
          return [
            {
              subject: monitor.server.id,
              message: `${monitor.name}: parallel-syncs ${value} with ${replicas} replicas`,
              fix: [`sentinel parallel-syncs ${monitor.name} 1`],
              at,
            },
          ];
        });
      }),
    );
  },
};

/** The same name's settings differ from sentinel to sentinel. */
export const settingsSkew: Rule = {
  id: 'settings-skew',
  judge(project) {
    const groups = fileGroups(project).filter((g) => g.name !== null);
    if (groups.length === 0) return noSentinelFile;
    if (groups.every((g) => g.monitors.length < 2))
      return { skip: 'one sentinel file: there is nothing to compare it with' };
    return groups.flatMap(({ monitors }) => [
      ...skewed('quorum', monitors, (m) => ({ value: m.quorum, at: m.at })),
      ...(Object.keys(DEFAULTS) as Timing[]).flatMap((what) =>
        skewed(what, monitors, (m) => masterSetting(m, what, DEFAULTS[what])),
      ),
    ]);
  },
};

type Valued = { value: number; at: { file: string; line: number } };

/** The ones that have another value than the most have. */
function skewed(what: string, monitors: Monitor[], read: (monitor: Monitor) => Valued): RawFinding[] {
  const all = monitors.map((monitor) => ({ monitor, ...read(monitor) }));
  const votes = (value: number): number => all.filter((a) => a.value === value).length;
  const usual = all.map((a) => a.value).toSorted((a, b) => votes(b) - votes(a))[0];
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

export const scriptBad: Rule = {
  id: 'script-bad',
  judge(project: Project) {
    const sentinels = sentinelFiles(project).filter((s) => s.seen);
    if (sentinels.length === 0) return noSentinelFile;
    const scripts = sentinels.flatMap((server) =>
      server.directives
        .filter(
          (d) => d.name === 'sentinel' && /^(notification|client-reconfig)-script$/.test(d.args[0] ?? ''),
        )
        .map((line) => ({ server, line, path: line.args[2] ?? '' })),
    );
    if (scripts.length > 0 && scripts.every((s) => s.server.service !== null)) {
      return { skip: 'the scripts are inside containers' };
    }
    return merged(
      scripts.flatMap(({ server, line, path }) => {
        const state = project.scripts.get(path);
        if (server.service !== null || state === undefined || state === 'runs') return [];
        return [
          {
            subject: server.id,
            message: `${line.args[0]} ${path} is ${state === 'missing' ? 'not there' : 'not executable'}: a sentinel exits at start`,
            fix: [
              state === 'missing' ? `put the script at ${path}, and: chmod +x ${path}` : `chmod +x ${path}`,
            ],
            at: place(line),
          },
        ];
      }),
    );
  },
};
