import type { RawFinding } from '../../check.js';
import { monitorLines } from '../monitor-lines.js';
import { type FileServer, nodeFiles, type Project, sentinelFiles } from '../project.js';
import { followsOf, lineOr, monitorsOf, settingOf } from '../settings.js';
import { containersOf, subjectOf } from './facts.js';
import type { ServerWorkload } from './manifests.js';
import { type KubeService, selects } from './objects.js';

/** A Service in front of several data nodes, and the workloads that it leads to. */
interface Front {
  service: KubeService;
  workloads: ServerWorkload[];
  pods: number;
}

/** The Service in front of several data nodes that a host is the name or the address of, to a server. */
function frontAt(host: string, from: FileServer, { kube }: Project): Front | null {
  const named = kube?.services.filter((s) => isNamed(s, host)) ?? [];
  const site = kube?.workloads.find((w) => subjectOf(w) === from.service?.pod?.workload)?.site;
  const service = named.find((s) => s.site === site) ?? (named.length === 1 ? named[0] : undefined);
  if (kube == null || service === undefined || service.selector.size === 0) return null;
  const byPod = service.selector.has('statefulset.kubernetes.io/pod-name');
  const workloads = kube.workloads.filter(
    (w) =>
      w.site === service.site &&
      containersOf(w, 'redis').length > 0 &&
      selects(service.selector, w.labels) &&
      !byPod,
  );
  const pods = workloads.reduce((sum, { replicas }) => sum + replicas, 0);
  return pods > 1 ? { service, workloads, pods } : null;
}

/** Whether a host is a Service: its address, or its name in DNS (Kubernetes, DNS for Services and Pods). */
function isNamed({ name, namespace, address }: KubeService, host: string): boolean {
  if (address !== null && host === address) return true;
  const [first, within, ...rest] = host.split('.');
  return (
    first === name &&
    (within === undefined || namespace === null || within === namespace) &&
    (rest.length === 0 || rest[0] === 'svc')
  );
}

/** Sentinels and replicas whose master is a Service in front of several data nodes. */
export const mastersBehindService = (project: Project): RawFinding[] => [
  ...sentinelFiles(project)
    .filter((s) => s.seen)
    .flatMap((server) =>
      monitorsOf(server).flatMap(({ name, host, port, quorum, at }): RawFinding[] => {
        const front = frontAt(host, server, project);
        if (front === null) return [];
        return [
          {
            subject: server.id,
            message: `"sentinel monitor ${name} ${host}" leads to the Service ${front.service.name} in front of ${front.pods} data nodes: ${byChance(front)}`,
            consequence:
              'the sentinels watch a replica as the master, or each another node: they call a master down that works, and no failover is sure',
            fix: monitorLines(server, name, nameIn(front), port, quorum),
            at,
          },
        ];
      }),
    ),
  ...nodeFiles(project).flatMap((node): RawFinding[] => {
    const follows = followsOf(node);
    const front = follows && frontAt(follows.host, node, project);
    if (!front) return [];
    return [
      {
        subject: node.id,
        message: `it follows the Service ${front.service.name} in front of ${front.pods} data nodes: ${byChance(front)}, itself too`,
        consequence: 'a replica follows another replica, or itself, and gets no data from the master',
        fix: [`${node.id}: replicaof ${nameIn(front)} ${follows?.port}`],
        at: lineOr(node, 'replicaof'),
      },
    ];
  }),
];

const byChance = ({ service }: Front): string =>
  service.headless
    ? 'its name has the address of each, and one of them is taken by chance'
    : 'each connection reaches one of them by chance';

/** The name of the pod that is the first master. */
function nameIn({ workloads }: Front): string {
  const named = workloads.find((w) => w.kind === 'StatefulSet' && w.governing !== null);
  return named === undefined
    ? '<the name of the master alone: a StatefulSet with a headless Service>'
    : `${named.name}-${named.firstOrdinal}.${named.governing}`;
}

/** The pods that follow no master, where no command of the manifests makes them replicas while they run. */
export const unfollowing = (project: Project): RawFinding[] =>
  project.kube?.setsReplicas === true ? [] : withoutReplicaof(project);

/** The pods of one workload that follow no master, where sentinels watch one of them, and none of the others by itself. */
export function withoutReplicaof(project: Project): RawFinding[] {
  const { kube } = project;
  if (kube === null) return [];
  const monitors = sentinelFiles(project).flatMap(monitorsOf);
  return kube.workloads.flatMap((workload): RawFinding[] => {
    const nodes = nodeFiles(project).filter((n) => n.service?.pod?.workload === subjectOf(workload));
    const masters = nodes.filter((n) => followsOf(n) === null && settingOf(n, 'cluster-enabled') !== 'yes');
    const [first, ...others] = masters;
    if (first === undefined || others.length === 0 || masters.some((n) => n.replicates === true)) return [];
    const names = (node: FileServer): string[] => node.service?.networks.flatMap((n) => n.aliases) ?? [];
    const isWatched = (node: FileServer): boolean => monitors.some((m) => names(node).includes(m.host));
    const isMeant = monitors.some((m) => frontAt(m.host, m.server, project)?.workloads.includes(workload));
    if (others.some(isWatched) || !(isWatched(first) || isMeant)) return [];
    const master = `${names(first)[0] ?? first.id} ${settingOf(first, 'port') ?? '6379'}`;
    return [
      {
        subject: masters.map((n) => n.id).join(', '),
        message: `these ${masters.length} pods follow no master: ${masters.length} masters, and the sentinels find no replica to promote`,
        consequence: 'nothing is replicated, and no failover is possible: the master has no replica',
        fix: [
          `${others.map((n) => n.id).join(', ')}: replicaof ${master}`,
          `# by a start script: [ "$(hostname)" = ${first.service?.pod?.name ?? first.id} ] || set -- --replicaof ${master}; exec redis-server "$@"`,
        ],
        at: first.at,
      },
    ];
  });
}
