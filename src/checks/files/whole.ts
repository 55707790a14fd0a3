import { nodeFiles, type Project, sentinelFiles } from './project.js';
import { followsOf, isYes, settingOf } from './settings.js';

/** Why files without a sentinel do not show whether a master that dies is replaced; none where nothing replicates. */
export function withoutSentinel(project: Project): string[] {
  if (sentinelFiles(project).length > 0 || project.unread.length > 0) return [];
  const nodes = nodeFiles(project);
  const inCluster = nodes.filter((node) => isYes(settingOf(node, 'cluster-enabled')));
  if (inCluster.length > 0)
    return [
      `${inCluster.map((n) => n.id).join(', ')}: cluster-enabled yes: this is Redis Cluster, which fails over without Sentinel: its failover is not judged`,
    ];
  return nodes.some((node) => followsOf(node) !== null || node.replicates === true)
    ? [
        'no sentinel is in these files: whether a master that dies is replaced is not judged: give the files of the sentinels too',
      ]
    : [];
}
