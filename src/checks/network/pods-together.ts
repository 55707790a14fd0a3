import type { Check } from '../check.js';
import { containersOf, judgeWorkloads, subjectOf } from '../files/kube/facts.js';

export default {
  id: 'pods-together',
  needs: 'files',
  severity: 'warning',
  impact: 'risk',
  group: 'network',
  title: 'nothing keeps the pods of one workload on different nodes',
  consequence: 'the scheduler may put the majority of the sentinels, or every copy of the data, on one node',
  explanation:
    'Sentinel survives the loss of a machine only if a majority of the sentinels and one replica are on others. ' +
    'Without anti-affinity or a spread over nodes the scheduler prefers different nodes and promises nothing: after ' +
    'a drain all pods may be on the one node that was free.',
  remedy: ['podAntiAffinity, or topologySpreadConstraints with topologyKey kubernetes.io/hostname'],
  sources: [
    'https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#affinity-and-anti-affinity',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (fundamental things, 2)',
  ],
  files: (project) =>
    judgeWorkloads(project, (kube) =>
      kube.workloads
        .filter((w) => w.replicas > 1 && !w.spread && w.kind !== 'DaemonSet')
        .map((workload) => ({
          subject: subjectOf(workload),
          message: `nothing keeps its ${workload.replicas} pods on different nodes: one lost node may take ${
            containersOf(workload, 'sentinel').length > 0
              ? 'the majority of the sentinels'
              : 'the master and every replica'
          }`,
          fix: [
            'topologySpreadConstraints:',
            `- {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {${[...workload.labels].map(([name, value]) => `${name}: ${value}`).join(', ')}}}}`,
          ],
          at: { file: workload.file, line: workload.line },
        })),
    ),
} satisfies Check;
