import type { Check, RawFinding, Skip } from '../check.js';
import { commandText, containersOf, judgeWorkloads, subjectOf } from '../files/kube/facts.js';
import type { KubeFacts, ServerWorkload } from '../files/kube/manifests.js';
import { asksForLink, failsWhileLoading } from '../files/kube/probe.js';
import { probeLines } from '../files/kube/probe-login.js';
import type { Container } from '../files/kube/workload.js';
import { type Project, sentinelFiles } from '../files/project.js';
import { isYes, settingOf } from '../files/settings.js';

export default {
  id: 'ready-early',
  needs: 'files',
  severity: 'warning',
  impact: 'risk',
  group: 'network',
  title: 'a pod is ready before its replica has the data',
  consequence:
    'a rolling update or a drain stops one pod after the other, the master too, while the replicas still copy the data: an empty replica is promoted, and everything is lost',
  explanation:
    'Kubernetes goes on to the next pod as soon as the last one is ready. redis-cli ping exits 0 while the server ' +
    'answers LOADING, a port is open before the data is loaded, and a replica answers PONG while it has no link to ' +
    'its master or waits for a full resync. With gigabytes of data that is minutes.',
  remedy: [
    'a readiness probe that asks for PONG, and for role:master or master_link_status:up in INFO replication',
    'publishNotReadyAddresses: true at the headless Service, so that the sentinels find pods that are not ready',
  ],
  sources: [
    'https://github.com/bitnami/charts/issues/36445',
    'https://github.com/spotahome/redis-operator/issues/205',
    'https://github.com/DandyDeveloper/charts/pull/293',
    'measured: redis-cli ping exits 0 on LOADING, PONG with master_link_status:down',
  ],
  files(project): RawFinding[] | Skip {
    if (project.kube !== null && !isReplicated(project, project.kube))
      return { skip: 'no sentinel is in these manifests', applies: false };
    const unknown: string[] = [];
    const found = judgeWorkloads(project, (kube) =>
      kube.workloads
        .filter((w) => w.kind === 'StatefulSet' && w.replicas > 1 && w.rolls)
        .flatMap((w) => containersOf(w, 'redis').flatMap((c) => early(c, w, project, unknown))),
    );
    const [first] = unknown;
    return Array.isArray(found) && found.length === 0 && first !== undefined ? { skip: first } : found;
  },
} satisfies Check;

/** Whether a failover is what these servers are for: Redis Cluster has its own. */
const isReplicated = (project: Project, { workloads }: KubeFacts): boolean =>
  (sentinelFiles(project).length > 0 || workloads.some((w) => containersOf(w, 'sentinel').length > 0)) &&
  !project.servers.some((s) => isYes(settingOf(s, 'cluster-enabled')));

const upToDate = (cli: string): string =>
  `[ \\"$(${cli} ping)\\" = PONG ] && ${cli} info replication | grep -qE 'role:master|master_link_status:up'`;

function early(
  container: Container,
  workload: ServerWorkload,
  project: Project,
  unknown: string[],
): RawFinding[] {
  const { readiness, name, line } = container;
  const { kube } = project;
  if (kube === null) return [];
  const text = readiness === null ? '' : commandText(readiness, container, workload, kube.maps);
  if (asksForLink(text)) return [];
  const isKnown = readiness === null || readiness.kind === 'port' || /\bping\b/i.test(text);
  if (!isKnown) {
    const asks = readiness.words.length > 0 ? `runs ${readiness.words.join(' ')}` : 'asks an endpoint';
    unknown.push(
      `${subjectOf(workload)}: the readiness probe of ${name} ${asks}: what that tells is not known`,
    );
    return [];
  }
  const service = kube.services.find(
    (s) => s.name === workload.governing && s.site === workload.site && s.headless && !s.notReady,
  );
  return [
    {
      subject: subjectOf(workload),
      message: `${saysOf(container, text)}: a rolling update goes on to the next pod before this one has the data`,
      fix: [
        ...probeLines('readinessProbe', upToDate, container, workload, project),
        ...(service === undefined ? [] : [`Service ${service.name}: publishNotReadyAddresses: true`]),
      ],
      at: { file: workload.file, line: readiness?.line ?? line },
    },
  ];
}

function saysOf({ readiness, name }: Container, text: string): string {
  if (readiness === null) return `${name} has no readiness probe, so a pod is ready as soon as it runs`;
  const probe = `the readiness probe of ${name}`;
  if (readiness.kind === 'port')
    return `${probe} looks only at a port, which is open before the data is loaded`;
  return failsWhileLoading(text)
    ? `${probe} asks only PING, and a replica without its master answers PONG`
    : `${probe} asks only PING, and passes while the server answers LOADING`;
}
