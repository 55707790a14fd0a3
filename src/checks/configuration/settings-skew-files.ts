import { SHARED_SETTINGS } from '../../model/sentinel-settings.js';
import type { RawFinding, Skip } from '../check.js';
import { judgeMonitoredGroups } from '../files/judge.js';
import type { Project } from '../files/project.js';
import { type Monitor, masterSetting } from '../files/settings.js';
import { idsOf, mostCommon } from '../group.js';

/** What files show of settings-skew. `status` judges that check and reads no files: the registry adds this. */
export const settingsInFiles = (project: Project): RawFinding[] | Skip =>
  judgeMonitoredGroups(project, (groups) => {
    if (groups.every((g) => g.monitors.length < 2))
      return { skip: 'there is only one sentinel file to compare', applies: false };
    return groups.flatMap(({ monitors }) =>
      SHARED_SETTINGS.flatMap((what) =>
        skewed(what, monitors, (m) =>
          what === 'quorum' ? { value: m.quorum, at: m.at } : masterSetting(m, what),
        ),
      ),
    );
  });

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
