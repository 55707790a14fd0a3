import { formatDurationMs } from '../../model/duration.js';
import type { FileReader, RawFinding, Skip } from '../check.js';
import type { Project } from '../files/project.js';
import { judged } from '../group.js';

const PAUSE = /\bclient\s+pause\s+(\S+)/i;

/**
 * A preStop hook of a pod that pauses the writes of its server for longer than down-after, or than the pod lives then,
 * and asks for no failover: each restart of the master costs as much as its crash. One that ends the pause itself is not
 * judged.
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
      return nodes.flatMap(({ service, at }): RawFinding[] => {
        const { workload = '', graceS = 0, preStop } = service?.pod ?? {};
        const [, given] = PAUSE.exec(preStop?.text ?? '') ?? [];
        if (preStop === undefined || given === undefined) return [];
        if (/sentinel\s+failover|client\s+unpause/i.test(preStop.text)) return [];
        const ms = Number(given.replace(/["';]/g, ''));
        if (Number.isNaN(ms)) {
          missing.push(`${workload}: how long its preStop hook pauses the clients is not known (${given})`);
          return [];
        }
        const longer = [
          ...(ms > downAfterMs ? [`down-after (${formatDurationMs(downAfterMs)})`] : []),
          ...(ms > graceS * 1000 ? [`terminationGracePeriodSeconds (${graceS})`] : []),
        ];
        if (longer.length === 0) return [];
        const words = `the preStop hook of ${workload} holds back writes for ${formatDurationMs(ms)} (CLIENT PAUSE), longer than ${longer.join(' and ')}, and asks for no failover`;
        return [
          {
            subject: workload,
            brief: words,
            message: words,
            consequence:
              'each restart of the pod of the master stops writes until the sentinels call it down and have promoted another node',
            fix: [
              `# in the hook, before the pause: SENTINEL FAILOVER, then wait until the sentinels name another master; one that does not answer has named none`,
              `redis-cli -h SENTINEL_HOST -p 26379 SENTINEL FAILOVER ${name}`,
              `redis-cli CLIENT PAUSE ${Math.min(1000, Math.floor(downAfterMs / 2))} WRITE`,
            ],
            at: { file: at.file, line: preStop.line },
          },
        ];
      });
    });
    return judged(seen, missing);
  });
}
