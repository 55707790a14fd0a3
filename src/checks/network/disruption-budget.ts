import { count } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { containersOf, judgeWorkloads, neededOf, subjectOf } from '../files/kube/facts.js';
import type { KubeFacts, ServerWorkload } from '../files/kube/manifests.js';
import { type Budget, labelsText, meansLabels } from '../files/kube/objects.js';

export default {
  id: 'disruption-budget',
  needs: 'files',
  severity: 'warning',
  impact: 'risk',
  group: 'network',
  title: 'a PodDisruptionBudget protects nothing, or too little',
  consequence:
    'draining nodes may take the majority of the sentinels, or the master and every replica, at the same moment: no failover is possible then',
  explanation:
    'A drain evicts pods as far as the budget allows. Sentinel needs a majority of all known sentinels for a ' +
    'failover, so at most a minority may go: of 3 sentinels one. A budget whose selector matches no pod protects ' +
    'none, without a message from Kubernetes.',
  remedy: ['maxUnavailable: 1', 'a selector that has the labels of the pods'],
  sources: [
    'https://kubernetes.io/docs/tasks/run-application/configure-pdb/',
    'sentinel.c: sentinelGetLeader',
  ],
  files: (project) => {
    if (project.kube !== null && project.kube.budgets.length === 0)
      return { skip: 'no PodDisruptionBudget is in these manifests', applies: false };
    return judgeWorkloads(project, (kube) =>
      kube.budgets.flatMap((budget) => {
        const own = kube.workloads.filter((w) => meansLabels(budget.selector, w.labels));
        if (own.length > 0) return own.flatMap((w) => tooLittle(budget, w));
        return kube.allLabels.some((l) => meansLabels(budget.selector, l)) || !isMeant(budget, kube)
          ? []
          : [nothing(budget, kube)];
      }),
    );
  },
} satisfies Check;

/** Whether a budget that matches nothing here is one for these servers, by its name or its labels. */
const isMeant = ({ name, selector }: Budget, { workloads }: KubeFacts): boolean =>
  [name, ...selector.labels.values()].some((text) => /redis|valkey|sentinel/i.test(text)) ||
  workloads.some((w) => w.name === name);

function nothing(budget: Budget, { workloads }: KubeFacts): RawFinding {
  const [first] = workloads;
  const asked = [
    ...[...budget.selector.labels].map(([name, value]) => `${name}: ${value}`),
    ...budget.selector.expressions.map(({ key, operator, values }) => [key, operator, ...values].join(' ')),
  ].join(', ');
  return {
    subject: `PodDisruptionBudget ${budget.name}`,
    message: `its selector (${asked}) matches no pod of these files`,
    fix: [`selector: {matchLabels: ${labelsText(first?.labels ?? new Map())}}`],
    at: { file: budget.file, line: budget.line },
  };
}

function tooLittle(budget: Budget, workload: ServerWorkload): RawFinding[] {
  const { replicas } = workload;
  const leaves = leavesOf(budget, replicas);
  const needed = neededOf(workload);
  if (leaves === null || leaves >= needed || replicas < 2) return [];
  const isSentinel = containersOf(workload, 'sentinel').length > 0;
  return [
    {
      subject: `PodDisruptionBudget ${budget.name}`,
      message: `leaves ${leaves} of ${count(replicas, 'pod')} of ${subjectOf(workload)}, and ${isSentinel ? `${needed} sentinels are needed for a failover` : `${needed} is needed`}`,
      fix: ['maxUnavailable: 1'],
      at: { file: budget.file, line: budget.line },
    },
  ];
}

/** How many pods a drain leaves; percentages round up (policy/v1, PodDisruptionBudgetSpec). */
function leavesOf({ minAvailable, maxUnavailable }: Budget, replicas: number): number | null {
  const numberOf = (text: string): number =>
    text.endsWith('%') ? Math.ceil((Number.parseInt(text, 10) * replicas) / 100) : Number(text);
  const leaves =
    minAvailable !== null
      ? numberOf(minAvailable)
      : maxUnavailable !== null
        ? replicas - numberOf(maxUnavailable)
        : null;
  return leaves === null || Number.isNaN(leaves) ? null : Math.max(0, leaves);
}
