import type { Check, RawFinding, Skip } from '../check.js';
import { nodesAt } from '../files/groups.js';
import { judgeMonitoredGroups, noNodeFile } from '../files/judge.js';
import type { FileServer, Project } from '../files/project.js';
import { followsOf, lastOf, type Monitor } from '../files/settings.js';
import { idsOf } from '../group.js';

export default {
  id: 'monitor-replica',
  needs: 'files',
  severity: 'critical',
  impact: 'no-failover',
  group: 'configuration',
  title: 'the sentinels’ files name a replica as the master',
  consequence:
    'after their next start the sentinels watch a replica: they know no replica to promote, call it down, and give clients a read-only node',
  explanation:
    'After a failover Sentinel writes the new master into its own file and the data nodes write replicaof into ' +
    'theirs. A tool that renders the sentinels’ file again puts the first master back there, while the data nodes ' +
    'keep what they have. A monitored server that says it is a replica is down to Sentinel after down-after and ' +
    '20 s, and nothing can be promoted, because its list of replicas is empty.',
  remedy: [
    'sentinel monitor with the address of the present master',
    'render a sentinel’s file only once: afterwards it belongs to Sentinel',
  ],
  sources: ['sentinel.c: sentinelCheckSubjectivelyDown (role_reported)', 'measured'],
  causes: [
    'master-disagree',
    'no-master',
    'replica-orphan',
    'no-quorum',
    'no-good-slave',
    'quorum-lt-majority',
  ],
  files: (project) => monitoredReplicas(project),
} satisfies Check;

function monitoredReplicas(project: Project): RawFinding[] | Skip {
  return judgeMonitoredGroups(project, (groups) => {
    if (groups.every((g) => g.nodes.length === 0)) return noNodeFile;
    return groups.flatMap(({ name, monitors, nodes }) => {
      const wrong = monitors.flatMap((monitor) => {
        const target = followedInstead(monitor, nodes);
        return target === null ? [] : [{ monitor, ...target }];
      });
      const [first] = wrong;
      if (first === undefined) return [];
      const { monitor, node, master } = first;
      const line = lastOf(node, 'replicaof');
      return [
        {
          subject: idsOf(wrong.map((w) => w.monitor.server)),
          message: `${name} is ${monitor.host}:${monitor.port} here, but ${node.id} at that address follows ${master.host}:${master.port}${line === undefined ? '' : ` (${line.file}:${line.line})`}`,
          brief: `the sentinels of ${name} monitor ${monitor.host}:${monitor.port}, which follows ${master.host}:${master.port}`,
          fix: [`sentinel monitor ${name} ${master.host} ${master.port} ${monitor.quorum}`],
          at: monitor.at,
        },
      ];
    });
  });
}

/** Whom the monitored server follows, to the end of the chain; null where it is a master, or more than one server may be meant. */
function followedInstead(
  { host, port }: Monitor,
  nodes: readonly FileServer[],
): { node: FileServer; master: { host: string; port: number } } | null {
  const [node, ...others] = nodesAt(nodes, host, port);
  if (node === undefined || others.length > 0) return null;
  let master = followsOf(node);
  if (master === null) return null;
  const seen = new Set([node]);
  for (;;) {
    const [next] = nodesAt(nodes, master.host, master.port);
    const further = next === undefined ? null : followsOf(next);
    if (next === undefined || further === null) return { node, master };
    // A ring has no master: that is another finding.
    if (seen.has(next)) return null;
    seen.add(next);
    master = further;
  }
}
