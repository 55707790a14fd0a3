import { listed } from '../../../model/words.js';
import { withoutReplicaof } from '../../files/kube/service-address.js';
import { unknownPeers } from '../../files/lost-peers.js';
import { nodeFiles, type Project, sentinelFiles } from '../../files/project.js';
import { followsOf, isYes, monitorsOf, settingOf } from '../../files/settings.js';

/** What the files, which were read, do not show of the cluster. */
export const lackingIn = (project: Project): string[] => [
  ...withoutSentinel(project),
  ...withoutMaster(project),
  ...withoutDataNode(project),
  ...madeReplicas(project),
  ...unknownPeers(project),
];

/** Why files without a sentinel do not show whether a master that dies is replaced; none where nothing replicates. */
function withoutSentinel(project: Project): string[] {
  if (sentinelFiles(project).length > 0 || project.unread.length > 0) return [];
  const nodes = nodeFiles(project);
  const inCluster = nodes.filter((node) => isYes(settingOf(node, 'cluster-enabled')));
  if (inCluster.length > 0)
    return [
      `${inCluster.map((n) => n.id).join(', ')}: cluster-enabled yes: this is Redis Cluster, which fails over without Sentinel: its failover is not judged`,
    ];
  const idle = unreadSentinel(project);
  return nodes.some((node) => followsOf(node) !== null || node.replicates === true)
    ? [
        `no sentinel is in these files${idle}: whether a master that dies is replaced is not judged: give the files of the sentinels too`,
      ]
    : [];
}

/** A sentinel's configuration in a ConfigMap: no container reads it where none starts a sentinel. */
function unreadSentinel({ kube }: Project): string {
  const files = (kube?.maps ?? []).flatMap(({ name, data }) =>
    [...data].flatMap(([key, { text, file, line }]) =>
      /^\s*sentinel\s+monitor\s/m.test(text) ? [`${key} of the ConfigMap ${name} (${file}:${line})`] : [],
    ),
  );
  return files.length === 0 ? '' : `, and no container reads ${listed(files)}`;
}

/** Pods that a command of the manifests, which is not followed, makes replicas while they run. */
const madeReplicas = (project: Project): string[] =>
  project.kube?.setsReplicas === true
    ? withoutReplicaof(project).map(
        ({ subject }) =>
          `${subject}: redis-cli replicaof in the manifests makes replicas of them while they run, which is not followed: which one is the master is not judged`,
      )
    : [];

/** Sentinels alone: what the data nodes that they monitor are configured to do decides as much. */
function withoutDataNode(project: Project): string[] {
  const { servers, unread } = project;
  if (unread.length > 0 || servers.length === 0 || servers.some(({ kind }) => kind !== 'sentinel')) return [];
  return ["the sentinels' files alone: no data node was judged: give the files of the data nodes too"];
}

/** Sentinels whose files, which were read, name no master. */
function withoutMaster(project: Project): string[] {
  const idle = sentinelFiles(project).filter((s) => s.seen && monitorsOf(s).length === 0 && !s.startsBare);
  return idle.length === 0
    ? []
    : [
        `${idle.map((s) => s.id).join(', ')}: without a line "sentinel monitor": which master is watched is not judged`,
      ];
}
