import type { RawFinding, Skip } from '../check.js';
import { comparing, judgeSentinelFiles } from '../files/judge.js';
import type { Project } from '../files/project.js';
import { sentinelFiles } from '../files/project.js';
import { place, sentinelLine } from '../files/settings.js';
import { idsOf } from '../group.js';

/** What configuration files show of it. */
export function myidDupFiles(project: Project): RawFinding[] | Skip {
  return comparing(
    sentinelFiles(project),
    judgeSentinelFiles(project, (sentinels) => {
      const lines = sentinels.flatMap((server) => {
        const line = sentinelLine(server, 'myid');
        return line === undefined ? [] : [{ server, line, id: line.args[1] ?? '' }];
      });
      return [...new Set(lines.map((l) => l.id))].flatMap((id) => {
        const same = lines.filter((l) => l.id === id);
        const [first, second] = same;
        if (first === undefined || second === undefined) return [];
        return [
          {
            subject: idsOf(same.map((s) => s.server)),
            message: `myid ${id.slice(0, 12)}… is in ${same.length} sentinels' configurations`,
            fix: same
              .slice(1)
              .map((s) => `delete the line ${s.line.file}:${s.line.line} while that sentinel is stopped`),
            at: place(second.line),
          },
        ];
      });
    }),
  );
}
