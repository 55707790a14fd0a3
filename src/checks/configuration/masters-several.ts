import type { Check } from '../check.js';
import { judgeNodeFiles } from '../files/judge.js';
import { sentinelFiles } from '../files/project.js';
import { isAt } from '../files/server-address.js';
import { followsOf, isYes, monitorsOf, settingOf } from '../files/settings.js';

export default {
  id: 'masters-several',
  needs: 'files',
  severity: 'critical',
  impact: 'no-failover',
  group: 'configuration',
  title: 'a service whose copies are masters has more than one',
  consequence:
    'one name leads to several masters with different data: replicas and clients get one of them by chance, and Sentinel watches one that is another one at the next connection',
  explanation:
    'deploy: replicas: 2 at the service of the master starts two servers that follow no other. They do not replicate ' +
    'each other. The spare of a master is a replica, which Sentinel promotes.',
  remedy: ['one copy of the master, and a service of its own for each replica'],
  sources: [
    'https://docs.docker.com/reference/compose-file/deploy/#replicas',
    'replication.c: replicationCron',
  ],
  causes: ['split-brain', 'data-shared', 'replica-orphan', 'data-differs'],
  files: (project) =>
    judgeNodeFiles(project, (nodes) =>
      nodes
        .filter(
          (node) =>
            node.copies > 1 &&
            followsOf(node) === null &&
            // Redis Cluster has a check of its own.
            !isYes(settingOf(node, 'cluster-enabled')) &&
            [
              ...nodes.map((n) => ({ from: n, address: followsOf(n) })),
              ...sentinelFiles(project).flatMap((s) => monitorsOf(s).map((m) => ({ from: s, address: m }))),
            ].some(({ from, address }) => address !== null && isAt(node, address.host, address.port, from)),
        )
        .map((node) => ({
          subject: node.id,
          message: `its ${node.copies} copies follow no master: ${node.copies} masters behind the name ${node.service?.name ?? node.id}`,
          fix: [`${node.service?.name ?? node.id}: deploy: replicas: 1`],
          at: node.at,
        })),
    ),
} satisfies Check;
