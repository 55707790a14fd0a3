import type { Check, RawFinding } from '../check.js';
import { replicasOf } from '../files/groups.js';
import { judgeMonitoredGroups } from '../files/judge.js';
import { masterSetting } from '../files/settings.js';
import { sentinelSet } from '../fixes.js';
import { num } from '../group.js';
import { judgeViews, sentinelIds, valuesAt } from '../sentinels.js';

export default {
  id: 'parallel-syncs',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'configuration',
  part: 'settings',
  title: 'after a failover all replicas are repointed at the same time',
  consequence:
    'while they load a full copy no replica serves reads, and the new master sends all those copies at once, just after it took over',
  explanation:
    'parallel-syncs is the number of replicas that are repointed to the new master at the same time. A ' +
    'replica that needs a full resync is unavailable while it loads. With parallel-syncs as high as the ' +
    'number of replicas, all of them may be unavailable at once.',
  remedy: ['SENTINEL SET NAME parallel-syncs 1 at every sentinel'],
  sources: ['sentinel.conf: parallel-syncs', 'sentinel.c: sentinelFailoverReconfNextSlave'],
  live: (gathered) =>
    judgeViews(gathered, ({ name, views }) => {
      // One is the least there is; with one replica it is also all.
      const wrong = views.filter(({ master }) => {
        const syncs = num(master.fields, 'parallel-syncs') ?? 1;
        return syncs > 1 && syncs >= (num(master.fields, 'num-slaves') ?? Number.POSITIVE_INFINITY);
      });
      if (wrong.length === 0) return [];
      return [
        {
          subject: `${name} at ${sentinelIds(wrong)}`,
          message: `parallel-syncs ${valuesAt(wrong, 'parallel-syncs')} with ${valuesAt(wrong, 'num-slaves')} replicas of ${name}`,
          fix: sentinelSet(wrong, name, 'parallel-syncs', 1),
        },
      ];
    }),
  files(project) {
    return judgeMonitoredGroups(project, (groups) => {
      if (groups.every((g) => replicasOf(g) === null))
        return { skip: 'these files do not show how many replicas there are' };
      return groups.flatMap((group) => {
        const replicas = replicasOf(group) ?? 0;
        if (replicas < 2) return [];
        return group.monitors.flatMap((monitor): RawFinding[] => {
          const { value, at } = masterSetting(monitor, 'parallel-syncs');
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
      });
    });
  },
} satisfies Check;
