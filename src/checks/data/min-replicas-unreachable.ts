import type { Check, RawFinding } from '../check.js';
import { isWhole, replicasOf } from '../files/groups.js';
import { comparing, judgeNodeGroups } from '../files/judge.js';
import type { FileServer } from '../files/project.js';
import { nodeFiles } from '../files/project.js';
import { lineOr, settingOf } from '../files/settings.js';

export default {
  id: 'min-replicas-unreachable',
  needs: 'files',
  severity: 'critical',
  impact: 'down',
  group: 'data',
  part: 'replication',
  title: 'min-replicas-to-write is more than there are replicas',
  consequence:
    'the master refuses every write from the first second on: NOREPLICAS Not enough good replicas to write',
  explanation:
    'A master counts the replicas whose last acknowledgement is at most min-replicas-max-lag seconds old, and refuses ' +
    'writes while there are fewer than min-replicas-to-write. With more wanted than exist it never accepts one. The ' +
    'number must still be met after a failover, when one replica has become the master and the old master is away.',
  remedy: ['min-replicas-to-write: at most the number of replicas minus one'],
  sources: ['redis.conf: min-replicas-to-write', 'replication.c: checkGoodReplicasStatus'],
  causes: ['min-replicas'],
  files: (project) =>
    comparing(
      nodeFiles(project),
      judgeNodeGroups(project, (group): RawFinding[] => {
        const replicas = replicasOf(group) ?? 0;
        const least = (node: FileServer): number => Number(settingOf(node, 'min-replicas-to-write') ?? 0);
        // A master alone may have its replicas in files that were not given.
        if (replicas === 0 || !isWhole(project, group)) return [];
        const isNow = group.master !== undefined && least(group.master) > replicas;
        return group.nodes
          .filter((node) => least(node) > replicas)
          .map((node) => ({
            subject: node.id,
            message: `min-replicas-to-write ${least(node)} with ${replicas} ${replicas === 1 ? 'replica' : 'replicas'}: ${isNow ? 'a master refuses every write' : 'once it is the master, it refuses every write'} (NOREPLICAS)`,
            ...(!isNow && {
              severity: 'warning' as const,
              impact: 'at-risk' as const,
              consequence:
                'no write works after a failover to it: NOREPLICAS Not enough good replicas to write',
            }),
            fix: [`min-replicas-to-write ${Math.max(1, replicas - 1)}`],
            at: lineOr(node, 'min-replicas-to-write'),
          }));
      }),
    ),
} satisfies Check;
