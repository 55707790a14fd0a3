import type { Check, RawFinding } from '../check.js';
import { judgeMonitoredGroups, noNodeFile } from '../files/judge.js';
import type { FileServer } from '../files/project.js';
import { isYes, lineOr, settingOf } from '../files/settings.js';

export default {
  id: 'cluster-enabled',
  needs: 'files',
  severity: 'critical',
  impact: 'no-failover',
  group: 'configuration',
  part: 'starts',
  title: 'a data node runs in cluster mode under Sentinel',
  consequence:
    'it is an empty cluster of its own and refuses REPLICAOF (REPLICAOF not allowed in cluster mode): there is no replica, and nothing can be promoted',
  explanation:
    'Redis Cluster and Sentinel are two different ways to fail over. A server with cluster-enabled yes serves no key ' +
    'until slots are assigned to it, and does not follow a master by REPLICAOF, which is all that Sentinel uses.',
  remedy: [
    'cluster-enabled no at every data node that Sentinel monitors',
    'or use Redis Cluster without Sentinel',
  ],
  sources: [
    'replication.c: replicaofCommand',
    'config.c: loadServerConfigFromString (replicaof with cluster-enabled)',
  ],
  causes: ['no-good-slave', 'no-master', 'replica-missing', 'no-replica'],
  files: (project) =>
    judgeMonitoredGroups(project, (groups) => {
      if (groups.every((g) => g.nodes.length === 0)) return noNodeFile;
      return groups.flatMap(({ nodes }) =>
        nodes.filter((node) => isYes(settingOf(node, 'cluster-enabled'))).map(inClusterMode),
      );
    }),
} satisfies Check;

function inClusterMode(node: FileServer): RawFinding {
  const copies =
    node.copies > 1
      ? `, and its ${node.copies} copies are ${node.copies} separate empty masters behind one name`
      : '';
  return {
    subject: node.id,
    message: `cluster-enabled yes under Sentinel: it refuses REPLICAOF${copies}`,
    fix: [
      'cluster-enabled no',
      ...(node.copies > 1
        ? [
            `# and a service for each of the ${node.copies} data nodes, ${node.copies - 1} of them with replicaof`,
          ]
        : []),
    ],
    at: lineOr(node, 'cluster-enabled'),
  };
}
