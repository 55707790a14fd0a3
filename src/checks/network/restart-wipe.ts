import type { Gathered, GatheredNode } from '../../model/gathered.js';
import type { Check, RawFinding } from '../check.js';
import { fileGroups } from '../files/groups.js';
import { judgeNodeFiles } from '../files/judge.js';
import { persists } from '../files/settings.js';
import { containerOf, setConfig } from '../fixes.js';
import { dataNodes, judged, readAll } from '../group.js';

export default {
  id: 'restart-wipe',
  severity: 'critical',
  group: 'network',
  title: 'a node that keeps nothing on disk is restarted by itself',
  consequence:
    'a master that is restarted within down-after comes back empty, no failover happens, and its replicas copy the emptiness: 1000 of 1000 keys were gone on every node',
  explanation:
    'With save "" and appendonly no a restart loses everything in memory. That is harmless as long as Sentinel promotes a ' +
    'replica, which still has the data. A restart policy, or a service manager, brings the old master back before Sentinel ' +
    'calls it down: it is still the master, empty, and the replicas synchronise with it. Every check of the topology passes.',
  remedy: [
    'let it write to disk: CONFIG SET appendonly yes, CONFIG REWRITE',
    'or never let it be restarted by itself: restart policy no, systemd Restart=no',
  ],
  sources: [
    'https://redis.io/docs/latest/operate/oss_and_stack/management/replication/ (Safety of replication when master has persistence turned off)',
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
          message: `keeps nothing on disk (save "", appendonly no); ${how}`,
          fix: [...setConfig(server, 'appendonly', 'yes'), ...otherwise],
        },
      ];
    });
    return judged(seen, missing);
  },
  files(project) {
    return judgeNodeFiles(project, (nodes) => {
      const without = nodes.filter((n) => !persists(n));
      if (without.length > 0 && without.every((n) => n.service === null)) {
        return { skip: 'what starts the servers again is not in their configuration: a compose file tells' };
      }
      return without.flatMap((node) => {
        const restart = node.service?.restart;
        if (!restart || restart.policy === 'no') return [];
        const master = fileGroups(project).some((g) => g.master === node);
        return [
          {
            subject: node.id,
            message: `${master ? 'the master' : 'a data node that may become master'} keeps nothing on disk (save "", appendonly no), and restart: ${restart.policy} starts it again, empty`,
            fix: [`${node.id}: restart: "no"`, `or, in its configuration: appendonly yes`],
            at: { file: node.at.file, line: restart.line },
          },
        ];
      });
    });
  },
} satisfies Check;

/** Who brings a node back when it ends. */
function restartOf(
  gathered: Gathered,
  node: GatheredNode,
): { severity: 'critical' | 'warning' | 'info'; how: string; otherwise: string[] } {
  const supervised = node.info.ok ? node.info.value.process_supervised : undefined;
  if (supervised === 'systemd' || supervised === 'upstart') {
    return {
      severity: 'critical',
      how: `${supervised} runs it, and restarts it unless told otherwise`,
      otherwise: [`or: Restart=no in the unit of ${node.id}`],
    };
  }
  const unseen = node.life.ok
    ? node.life.value.kind === 'process' && !gathered.own
      ? 'it is a plain process, and a service manager is not asked'
      : null
    : node.life.why;
  if (unseen !== null || !node.life.ok) {
    return {
      severity: 'warning',
      how: `what restarts it can not be seen${unseen === null ? '' : ` (${unseen})`}`,
      otherwise: [`or: make sure that nothing restarts ${node.id} by itself`],
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
    how: `nothing restarts it by itself, so a replica with the data takes over${gathered.own ? '; sentinelctl start and restart refuse to bring it back empty as a master' : ''}. Faster writes, and every restart of it needs a full resync`,
    otherwise: [],
  };
}
