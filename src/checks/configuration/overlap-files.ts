import type { RawFinding, Skip } from '../check.js';
import { judgeSentinelFiles } from '../files/judge.js';
import type { Project } from '../files/project.js';
import { monitorsOf } from '../files/settings.js';

/** What configuration files show of it. */
export function overlapFiles(project: Project): RawFinding[] | Skip {
  return judgeSentinelFiles(project, (sentinels) => {
    return sentinels.flatMap((server) => {
      const monitors = monitorsOf(server);
      return monitors.flatMap((m, i) => {
        const first = monitors.slice(0, i).find((o) => o.host === m.host && o.port === m.port);
        if (first === undefined || first.name === m.name) return [];
        return [
          {
            subject: server.id,
            message: `${m.host}:${m.port} is monitored as "${first.name}" and as "${m.name}"`,
            fix: [`delete "sentinel monitor ${m.name} …" and every line for ${m.name}`],
            at: m.at,
          },
        ];
      });
    });
  });
}
