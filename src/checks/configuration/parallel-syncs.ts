import type { Check, RawFinding } from '../check.js';
import { replicasOf } from '../files/groups.js';
import { judgeMonitoredGroups } from '../files/judge.js';
import { masterSetting } from '../files/settings.js';
import { sentinelSet } from '../fixes.js';
import { num } from '../group.js';
import { judgeViews, sentinelIds, valuesAt } from '../sentinels.js';

export default {
  id: 'parallel-syncs',
  severity: 'warning',
  group: 'configuration',
  title: 'after a failover every replica is repointed at once',
  consequence:
    'while they load a full copy no replica answers reads, and the new master serves all those copies at once, in the very moment when it takes over',
  explanation:
    'parallel-syncs is how many replicas are sent to the new master at the same time. A replica that needs a full resync ' +
    'is unavailable while it loads. With as many as there are replicas, all of them may be gone at once.',
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
        return { skip: 'how many replicas there are is not in these files' };
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
