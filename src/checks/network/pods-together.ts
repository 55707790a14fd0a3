import { majorityOf } from '../../model/sentinel-timing.js';
import type { Check, RawFinding } from '../check.js';
import { containersOf, judgeWorkloads, subjectOf } from '../files/kube/facts.js';
import type { KubeFacts, ServerWorkload } from '../files/kube/manifests.js';
import { labelsText } from '../files/kube/objects.js';
import { keepsFrom } from '../files/kube/spread.js';

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
    'a drain all pods may be on the one node that was free. A rule whose labelSelector matches other pods, or which ' +
    'has none, keeps nothing apart.',
  remedy: ['podAntiAffinity, or topologySpreadConstraints with topologyKey kubernetes.io/hostname'],
  sources: [
    'https://kubernetes.io/docs/concepts/scheduling-eviction/assign-pod-node/#affinity-and-anti-affinity',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (fundamental things, 2)',
  ],
  files: (project) =>
    judgeWorkloads(project, (kube) => [
      ...kube.workloads.filter(isTogether).map(ofOne),
      ...bySite(kube.workloads.filter((w) => w.replicas === 1 && hasSentinel(w))).flatMap((of) =>
        ofSeveral(of, kube),
      ),
    ]),
} satisfies Check;

const hasSentinel = (workload: ServerWorkload): boolean => containersOf(workload, 'sentinel').length > 0;

const isTogether = ({ kind, replicas, spread, labels }: ServerWorkload): boolean =>
  replicas > 1 && kind !== 'DaemonSet' && !keepsFrom(spread, labels);

const apartBy = (labels: ReadonlyMap<string, string>): string[] => [
  'topologySpreadConstraints:',
  `- {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: ${labelsText(labels)}}}`,
];

function ofOne(workload: ServerWorkload): RawFinding {
  const { replicas, spread, labels, file, line } = workload;
  const lost = hasSentinel(workload) ? 'the majority of the sentinels' : 'the master and every replica';
  const why =
    spread.rules.length === 0
      ? 'nothing keeps'
      : 'its anti-affinity selects none of its own pods, so nothing keeps';
  return {
    subject: subjectOf(workload),
    message: `${why} its ${replicas} pods on different nodes: one lost node may take ${lost}`,
    fix: apartBy(labels),
    at: { file, line: spread.rules.length === 0 ? line : spread.line },
  };
}

/** Pods of several sites are in several clusters, or namespaces, whose rules do not count for one another. */
const bySite = (workloads: readonly ServerWorkload[]): ServerWorkload[][] =>
  [...new Set(workloads.map((w) => w.site))].map((site) => workloads.filter((w) => w.site === site));

/** Sentinels of which each is a workload of its own. */
function ofSeveral(single: readonly ServerWorkload[], kube: KubeFacts): RawFinding[] {
  const free = single.filter(
    (w) => !w.spread.pinned && !single.some((other) => other !== w && keepsFrom(w.spread, other.labels)),
  );
  const all = kube.workloads.filter(hasSentinel).reduce((sum, w) => sum + w.replicas, 0);
  const [first] = free;
  if (first === undefined || free.length < 2 || free.length < majorityOf(all)) return [];
  const common = new Map(
    [...first.labels].filter(([name, value]) => free.every((w) => w.labels.get(name) === value)),
  );
  return [
    {
      subject: free.map(subjectOf).join(', '),
      message: `nothing keeps these ${free.length} sentinels on different nodes: one lost node may take the majority of the sentinels`,
      fix:
        common.size > 0
          ? apartBy(common)
          : [
              'one label for all of them in their pod templates, and:',
              ...apartBy(new Map([['app', 'sentinel']])),
            ],
      at: { file: first.file, line: first.line },
    },
  ];
}
