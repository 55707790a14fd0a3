import type { RawFinding, Skip } from '../check.js';
import { judgeSentinelFiles } from '../files/judge.js';
import { misaddressed } from '../files/mixed-addresses.js';
import type { Project } from '../files/project.js';

/** What configuration files show of it. */
export const natSentinelFiles = (project: Project): RawFinding[] | Skip =>
  judgeSentinelFiles(project, (sentinels) =>
    sentinels.flatMap((sentinel) => misaddressed(sentinel, project)),
  );
