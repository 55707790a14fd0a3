import { humanDurationMs } from '../../model/duration.js';
import { pausedFailover } from '../../model/paused-writes.js';
import type { FileReader, RawFinding, Skip } from '../check.js';
import type { Project } from '../files/project.js';
import { judged } from '../group.js';

/**
 * A preStop hook of a pod that pauses the writes of its server for longer than down-after, or than the pod lives then,
 * and asks for no failover: each restart of the master costs as much as its crash. One that ends the pause itself, or whose pod asks for
 * a failover in another hook, is not judged.
 */
export function pausedByHooks(
  project: Project,
  { judgeMonitoredGroups, masterSetting }: FileReader,
): RawFinding[] | Skip {
  if (!project.servers.some(({ service }) => service?.pod?.preStop !== undefined))
    return { skip: 'no preStop hook is in these files', applies: false };
  return judgeMonitoredGroups(project, (groups) => {
    const missing: string[] = [];
    const seen = groups.flatMap(({ name, nodes, monitors }) => {
      const downAfterMs = Math.min(...monitors.map((m) => masterSetting(m, 'down-after-milliseconds').value));
      const isReplaced = pausedFailover({ downAfterMs }) !== null;
      return nodes.flatMap(({ service, at }): RawFinding[] => {
        const { workload = '', graceS = 0, preStop } = service?.pod ?? {};
        if (preStop === undefined) return [];
        const { pauses, isKept, beside } = preStop;
        const kept = [isKept, ...beside.map((other) => other.isKept)];
        if (pauses.length === 0 || kept.includes(true)) return [];
        const given = pauses.map((text) => ({ text, ms: Number(text.replace(/["';]/g, '')) }));
        const ms = Math.max(0, ...given.flatMap((p) => (Number.isNaN(p.ms) ? [] : [p.ms])));
        const longer = [
          ...(ms > downAfterMs ? [`down-after (${humanDurationMs(downAfterMs)})`] : []),
          ...(ms > graceS * 1000
            ? [`terminationGracePeriodSeconds (${humanDurationMs(graceS * 1000)})`]
            : []),
        ];
        if (longer.length === 0) {
          const unknown = given.find((p) => Number.isNaN(p.ms));
          if (unknown !== undefined)
            missing.push(
              `${workload}: how long its preStop hook pauses the clients is not known (${unknown.text})`,
            );
          return [];
        }
        if (kept.includes(null)) {
          missing.push(
            `${workload}: its preStop hook holds back writes for ${humanDurationMs(ms)} (CLIENT PAUSE); whether a hook of its pod asks for a failover or ends the pause is not known`,
          );
          return [];
        }
        const words = `the preStop hook of ${workload} holds back writes for ${humanDurationMs(ms)} (CLIENT PAUSE), longer than ${longer.join(' and ')}, and asks for no failover`;
        return [
          {
            subject: workload,
            brief: words,
            message: words,
            consequence: isReplaced
              ? 'each restart of the pod of the master stops writes until the sentinels call it down and have promoted another node'
              : 'each restart of the pod of the master stops writes for the whole pause, then until its server runs again or the sentinels have promoted another node',
            fix: [
              `# in the hook, before the pause: SENTINEL FAILOVER ${name} at a sentinel, then wait until the sentinels name another master; treat a sentinel that does not answer as: no new master yet`,
              `# in the hook, instead of its pause: CLIENT PAUSE ${Math.min(1000, Math.floor(downAfterMs / 2))} WRITE`,
            ],
            at: { file: at.file, line: preStop.line },
          },
        ];
      });
    });
    return judged(seen, missing);
  });
}
