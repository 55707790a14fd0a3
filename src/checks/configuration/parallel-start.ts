import type { Check, RawFinding } from '../check.js';
import { commandText, containersOf, judgeWorkloads, subjectOf } from '../files/kube/facts.js';
import type { KubeFacts, ServerWorkload } from '../files/kube/manifests.js';
import type { Project } from '../files/project.js';

/** A script that lets the pod with one number be the first master: it may start beside the others. */
const BY_NUMBER = /-0["'\s]|##\*-|BASH_REMATCH|\b(ordinal|index)\b/i;

export default {
  id: 'parallel-start',
  needs: 'files',
  severity: 'warning',
  impact: 'no-failover',
  group: 'configuration',
  part: 'starts',
  title: 'pods that choose the first master by asking each other start at the same moment',
  consequence:
    'no sentinel answers yet, so each pod makes itself the master, with a sentinel that monitors only this one: several masters, and nothing repairs it',
  explanation:
    'A start script that asks the sentinels for the master, and takes its own pod where none answers, needs its ' +
    'pods to start one after another. podManagementPolicy: Parallel starts them together, also after all of them ' +
    'were lost at once.',
  remedy: [
    'podManagementPolicy: OrderedReady',
    'or a script in which the pod with number 0 alone makes itself the master',
  ],
  sources: [
    'https://github.com/bitnami/charts/issues/17047',
    'https://github.com/bitnami/charts/issues/13764',
  ],
  causes: ['master-disagree'],
  files: (project) =>
    judgeWorkloads(project, (kube) => kube.workloads.flatMap((w) => atOnce(w, kube, project))),
} satisfies Check;

function atOnce(workload: ServerWorkload, kube: KubeFacts, project: Project): RawFinding[] {
  const { parallel, replicas, inits, containers } = workload;
  if (parallel === null || replicas < 2 || containersOf(workload, 'redis').length === 0) return [];
  // Where the scripts were followed, it is known which of them is the master.
  const own = project.servers.filter(
    (s) => s.service?.pod?.workload === subjectOf(workload) && s.kind === 'redis',
  );
  if (own.length > 0 && own.every((s) => s.seen)) return [];
  const texts = [...inits, ...containers].map((c) =>
    commandText({ words: [...(c.command?.words ?? []), ...(c.args?.words ?? [])] }, c, workload, kube.maps),
  );
  const all = texts.join('\n');
  if (!/get-master-addr-by-name/i.test(all) || BY_NUMBER.test(all)) return [];
  return [
    {
      subject: subjectOf(workload),
      message: `its ${replicas} pods start together (podManagementPolicy: Parallel), and each asks the sentinels for the master: at the first start none answers`,
      fix: ['podManagementPolicy: OrderedReady'],
      at: { file: workload.file, line: parallel },
    },
  ];
}
