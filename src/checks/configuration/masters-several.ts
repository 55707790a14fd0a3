import type { Check, RawFinding } from '../check.js';
import { followingThemselves } from '../files/astray.js';
import { judgeNodeFiles, merged } from '../files/judge.js';
import { mastersBehindService, unfollowing } from '../files/kube/service-address.js';
import { type FileServer, type Project, sentinelFiles } from '../files/project.js';
import { isAt } from '../files/server-address.js';
import { followsOf, isYes, monitorsOf, settingOf } from '../files/settings.js';

export default {
  id: 'masters-several',
  needs: 'files',
  severity: 'critical',
  impact: 'no-failover',
  group: 'configuration',
  part: 'names',
  title: 'one name leads to several data nodes, or several follow no master',
  consequence:
    'one name leads to several masters with different data: replicas and clients get one of them by chance, and Sentinel watches one that is another one at the next connection',
  explanation:
    'deploy: replicas: 2 at the service of the master starts two servers that follow no other. They do not replicate ' +
    'each other. The spare of a master is a replica, which Sentinel promotes. The pods of a StatefulSet are alike: ' +
    'without a script that makes all but the first follow it, each is a master. A Service in front of several data ' +
    'nodes leads each connection to another one.',
  remedy: [
    'one copy of the master, and a service of its own for each replica',
    'in Kubernetes: replicaof at every pod but the first, and the name of that pod, not of a Service in front of all, as the master',
  ],
  sources: [
    'https://docs.docker.com/reference/compose-file/deploy/#replicas',
    'replication.c: replicationCron',
  ],
  causes: ['split-brain', 'data-shared', 'replica-orphan', 'data-differs'],
  files(project) {
    const found = judgeNodeFiles(project, (nodes) => [
      ...nodes.filter((node) => isSpokenOf(node, nodes, project)).map(copied),
      ...unfollowing(project),
      ...followingThemselves(project),
    ]);
    const fronts = merged(mastersBehindService(project));
    return Array.isArray(found) ? [...found, ...fronts] : fronts.length > 0 ? fronts : found;
  },
} satisfies Check;

/** Whether copies that follow no master have a name by which others speak of a master. */
const isSpokenOf = (node: FileServer, nodes: readonly FileServer[], project: Project): boolean =>
  node.copies > 1 &&
  followsOf(node) === null &&
  // Redis Cluster has a check of its own.
  !isYes(settingOf(node, 'cluster-enabled')) &&
  [
    ...nodes.map((n) => ({ from: n, address: followsOf(n) })),
    ...sentinelFiles(project).flatMap((s) => monitorsOf(s).map((m) => ({ from: s, address: m }))),
  ].some(({ from, address }) => address !== null && isAt(node, address.host, address.port, from));

const copied = (node: FileServer): RawFinding => ({
  subject: node.id,
  message: `its ${node.copies} copies follow no master: ${node.copies} masters behind the name ${node.service?.name ?? node.id}`,
  fix: [
    node.service?.pod === undefined
      ? `${node.service?.name ?? node.id}: deploy: replicas: 1`
      : `${node.service.pod.workload}: replicas: 1`,
  ],
  at: node.at,
});
