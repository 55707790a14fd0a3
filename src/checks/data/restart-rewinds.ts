import { humanDurationMs } from '../../model/duration.js';
import type { Check, RawFinding } from '../check.js';
import { downAfterOf } from '../files/groups.js';
import { judgeNodeFiles } from '../files/judge.js';
import { isYes, savePointsOf, settingOf } from '../files/settings.js';

/** What a restart takes at least beyond RestartSec, so that a sentinel notices in time. */
const MARGIN_MS = 2000;

export default {
  id: 'restart-rewinds',
  needs: 'files',
  severity: 'warning',
  impact: 'risk',
  group: 'data',
  part: 'disk',
  title: 'a crashed master is back from an old snapshot before Sentinel acts',
  consequence:
    'no failover comes, and the replicas copy the snapshot over the newer writes that they had: 1000 of 1000 acknowledged writes since the last snapshot were lost on every node (measured)',
  explanation:
    'A service manager that starts a crashed master within down-after-milliseconds hides the crash from the ' +
    'sentinels. With snapshots alone the master comes back with the last one, minutes or an hour old, with a new ' +
    'replication id: its replicas, which had every write, resync and are set back too. With an append-only file at ' +
    'most the last second is lost. Without any persistence it is restart-wipe.',
  remedy: [
    'RestartSec= longer than down-after-milliseconds: Sentinel promotes a replica, which has every write',
    'or appendonly yes at every data node',
  ],
  sources: [
    'https://github.com/redis/redis/issues/1297',
    'systemd.service: Restart=, RestartSec=',
    'measured',
  ],
  files: (project) =>
    judgeNodeFiles(project, (nodes) => {
      const units = nodes.filter((node) => node.unit !== undefined);
      if (units.length === 0)
        return { skip: 'needs the systemd unit: it says when the server is restarted', applies: false };
      return units.flatMap((node): RawFinding[] => {
        const { unit } = node;
        const downAfterMs = downAfterOf(project, node);
        const onlySnapshots = !isYes(settingOf(node, 'appendonly')) && savePointsOf(node) > 0;
        if (!unit?.restart || !onlySnapshots || downAfterMs === null) return [];
        if (unit.restart.afterMs > downAfterMs) return [];
        return [
          {
            subject: node.id,
            message: `Restart=${unit.restart.policy} starts it again after ${humanDurationMs(unit.restart.afterMs)}, before the sentinels call it down (${humanDurationMs(downAfterMs)}), and it has snapshots alone (appendonly no)`,
            fix: [
              `RestartSec=${Math.ceil((downAfterMs + MARGIN_MS) / 1000)}`,
              'or, in its configuration: appendonly yes',
            ],
            at: { file: unit.file, line: unit.restart.line },
          },
        ];
      });
    }),
} satisfies Check;
