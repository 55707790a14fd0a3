import type { Gathered, GatheredNode } from '../../model/gathered.js';
import type { Check, RawFinding } from '../check.js';
import { downAfterOf, fileGroups } from '../files/groups.js';
import { judgeNodeFiles } from '../files/judge.js';
import { lostWithPods, volumeFix } from '../files/kube/lost-data.js';
import { persists } from '../files/settings.js';
import { volumesElsewhere } from '../files/volume-elsewhere.js';
import { containerOf, setConfig } from '../fixes.js';
import { dataNodes, judged, readAll } from '../group.js';

export default {
  id: 'restart-wipe',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'network',
  title: 'a node without persistence is restarted automatically',
  consequence:
    'a master that is restarted within down-after returns empty, no failover happens, and its replicas copy the empty data set: 1000 of 1000 keys were lost on every node (measured)',
  explanation:
    'With save "" and appendonly no a restart loses everything in memory. That is harmless while Sentinel ' +
    'promotes a replica, which still has the data. But a restart policy or a service manager starts the old ' +
    'master before Sentinel calls it down: it is still the master, empty, and the replicas resync from it. ' +
    'The topology looks healthy throughout. A pod whose data directory is in no volume, or in an emptyDir, comes ' +
    'back empty with persistence too, and so does a container whose volume is mounted beside its data directory.',
  remedy: [
    'turn on persistence: CONFIG SET appendonly yes, CONFIG REWRITE',
    'or never restart it automatically: restart policy no, systemd Restart=no',
    'in Kubernetes: a StatefulSet with volumeClaimTemplates for the data directory',
  ],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ (Safety of replication when master has persistence turned off)',
    'https://github.com/apecloud/kubeblocks/issues/10753',
    'measured',
  ],
  causes: ['persistence-skew'],
  live(gathered) {
    const { values, missing } = readAll(dataNodes(gathered), (n) => n.config);
    const seen = values.flatMap(({ server, value }): RawFinding[] => {
      if (value.appendonly !== 'no' || value.save !== '') return [];
      if (gathered.own && !server.life.ok) {
        missing.push(`${server.id}: ${server.life.why}`);
        return [];
      }
      const { severity, how, otherwise } = restartOf(gathered, server);
      return [
        {
          subject: server.id,
          severity,
          // Where it is not known to be restarted, nothing is wrong now.
          ...(severity === 'warning' && { impact: 'risk' as const }),
          message: `has no persistence (save "", appendonly no); ${how}`,
          fix: [...setConfig(server, 'appendonly', 'yes'), ...otherwise],
        },
      ];
    });
    return judged(seen, missing);
  },
  files(project) {
    return judgeNodeFiles(project, (nodes) => {
      const without = nodes.filter((n) => !persists(n));
      const passing = [...lostWithPods(project), ...volumesElsewhere(project)];
      if (
        without.length > 0 &&
        passing.length === 0 &&
        without.every((n) => n.service === null && n.unit === undefined)
      ) {
        return {
          skip: 'needs a compose file, or the systemd unit: the restart policy is not in the configuration of the servers',
        };
      }
      const restarted = without.flatMap((node): RawFinding[] => {
        const { unit } = node;
        const restart = unit?.restart ?? node.service?.restart;
        if (!restart || restart.policy === 'no') return [];
        if (unit?.restart && unit.restart.afterMs > (downAfterOf(project, node) ?? Number.POSITIVE_INFINITY))
          return [];
        const inPod = node.service?.pod !== undefined;
        const master = fileGroups(project).some((g) => g.master === node);
        return [
          {
            subject: node.id,
            message: `${master ? 'the master' : 'a data node that may become master'} has no persistence (save "", appendonly no), and ${inPod ? 'Kubernetes' : unit ? `Restart=${restart.policy}` : `restart: ${restart.policy}`} starts it again, empty`,
            fix: inPod
              ? [`${node.id}: in its configuration: appendonly yes`, ...volumeFix(node, project)]
              : [
                  unit ? 'Restart=no' : `${node.id}: restart: "no"`,
                  `or, in its configuration: appendonly yes`,
                ],
            at: { file: unit?.file ?? node.at.file, line: restart.line },
          },
        ];
      });
      return [...restarted, ...passing];
    });
  },
} satisfies Check;

/** What restarts a node when it exits. */
function restartOf(
  gathered: Gathered,
  node: GatheredNode,
): { severity: 'critical' | 'warning' | 'info'; how: string; otherwise: string[] } {
  const supervised = node.info.ok ? node.info.value.process_supervised : undefined;
  if (supervised === 'systemd' || supervised === 'upstart') {
    return {
      severity: 'critical',
      how: `${supervised} runs it and restarts it by default`,
      otherwise: [`or: Restart=no in the unit of ${node.id}`],
    };
  }
  const unseen = node.life.ok
    ? node.life.value.kind === 'process' && !gathered.own
      ? 'it is a plain process, and service managers are not checked'
      : null
    : node.life.why;
  if (unseen !== null || !node.life.ok) {
    return {
      severity: 'warning',
      how: `it is unknown whether it is restarted automatically${unseen === null ? '' : ` (${unseen})`}`,
      otherwise: [`or: make sure that nothing restarts ${node.id} automatically`],
    };
  }
  const policy = node.life.value.restartPolicy;
  if (policy !== null && policy !== 'no' && policy !== '') {
    return {
      severity: 'critical',
      how: `restart policy ${policy}`,
      otherwise: [`or: docker update --restart no ${containerOf(gathered, node)}`],
    };
  }
  return {
    severity: 'info',
    how: `it is not restarted automatically, so a replica with the data takes over${gathered.own ? '; sentinelctl start and restart refuse to start it as an empty master' : ''}. This makes writes faster; each restart of it needs a full resync`,
    otherwise: [],
  };
}
