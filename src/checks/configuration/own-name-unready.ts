import type { Check, RawFinding } from '../check.js';
import { isOlderRedis } from '../files/compose/images.js';
import { judgeWorkloads, subjectOf } from '../files/kube/facts.js';
import type { KubeFacts, ServerWorkload } from '../files/kube/manifests.js';
import { isBeforeNames } from '../files/monitor-lines.js';
import { type FileServer, type Project, sentinelFiles } from '../files/project.js';
import { monitorsOf } from '../files/settings.js';

export default {
  id: 'own-name-unready',
  needs: 'files',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'starts',
  title: 'a sentinel looks up its own pod at start, and DNS has that name only once the pod is ready',
  consequence:
    'the sentinel exits (Can’t resolve master instance hostname), so the pod never becomes ready, and no later pod of the StatefulSet starts',
  explanation:
    'A headless Service gives a pod a name in DNS when the pod is ready, and a pod is ready when all its containers ' +
    'are. A sentinel before 6.2.7 looks the name of its master up once, at start, and exits if the name has no address. In ' +
    'the pod of the first master that is the name of its own pod, so it never starts. With publishNotReadyAddresses the ' +
    'name has an address from the start. The full name (POD.SERVICE.NAMESPACE.svc.cluster.local) is in /etc/hosts of the ' +
    'pod itself; shorter names are not.',
  remedy: [
    'publishNotReadyAddresses: true at the headless Service that serviceName names',
    'or the full name of the pod in the sentinel monitor line',
  ],
  sources: [
    'https://github.com/bitnami/charts/pull/4820',
    'https://github.com/redis/redis/pull/10146',
    'kubelet: managedHostsFileContent',
  ],
  causes: ['first-pod-master', 'dynamic-ip', 'ready-early', 'sentinel-state-lost'],
  files: (project) =>
    judgeWorkloads(project, (kube) => kube.workloads.flatMap((w) => waitingIn(w, kube, project))),
} satisfies Check;

function waitingIn(workload: ServerWorkload, kube: KubeFacts, project: Project): RawFinding[] {
  const { governing, site } = workload;
  const service = kube.services.find((s) => s.name === governing && s.site === site && s.headless);
  if (workload.kind !== 'StatefulSet' || service === undefined || service.notReady) return [];
  const own = sentinelFiles(project).filter((s) => s.service?.pod?.workload === subjectOf(workload));
  return own.filter(exitsUnresolved).flatMap((sentinel): RawFinding[] => {
    const pod = sentinel.service?.pod?.name ?? '';
    const itself = monitorsOf(sentinel).find(({ host }) => isShortName(host, pod, service.name));
    if (pod === '' || itself === undefined) return [];
    return [
      {
        subject: sentinel.id,
        message: `it monitors ${itself.host}, its own pod, and looks that name up at start: Service ${service.name} has the name in DNS only once the pod is ready, and the pod is not ready without its sentinel`,
        fix: [`Service ${service.name}: publishNotReadyAddresses: true`],
        at: { file: service.file, line: service.line },
      },
    ];
  });
}

/** Whether it exits where the name of the master has no address (sentinel.c, createSentinelAddr, before 6.2.7). */
const exitsUnresolved = (sentinel: FileServer): boolean =>
  isBeforeNames(sentinel) || isOlderRedis(sentinel.service?.image ?? null, '6.2.7');

/** Whether a name is that of a pod, and not the full one, which the kubelet writes into /etc/hosts of the pod. */
const isShortName = (host: string, pod: string, service: string): boolean => {
  const [first, second, , third, ...domain] = host.split('.');
  return first === pod && second === service && (third === undefined || domain.length === 0);
};
