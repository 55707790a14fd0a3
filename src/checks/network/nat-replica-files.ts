import type { RawFinding, Skip } from '../check.js';
import { judgeNodeFiles } from '../files/judge.js';
import { misaddressed } from '../files/mixed-addresses.js';
import type { Project } from '../files/project.js';

/** What configuration files show of it. */
export const natReplicaFiles = (project: Project): RawFinding[] | Skip =>
  judgeNodeFiles(project, (nodes) => nodes.flatMap((node) => misaddressed(node, project)));
