import { listed } from '../../model/words.js';
import type { Check, RawFinding } from '../check.js';
import { type Closed, closedWays } from '../files/kube/closed-ways.js';
import { judgeWorkloads, subjectOf } from '../files/kube/facts.js';
import { NAME_LABEL } from '../files/kube/network-policy.js';
import { labelsText } from '../files/kube/objects.js';

export default {
  id: 'network-policy',
  needs: 'files',
  severity: 'critical',
  impact: 'no-failover',
  group: 'network',
  title: 'a NetworkPolicy keeps the servers from each other',
  consequence:
    'replicas do not reach the master and have no data, sentinels do not reach the data nodes or one another: no failover is possible',
  explanation:
    'As soon as one NetworkPolicy selects a pod for a direction, every connection of that direction is refused that no ' +
    'policy allows. A policy of the namespace that allows DNS alone for egress takes away replication too, and the ' +
    'policy of a chart that has ingress rules only does not give it back. Replicas connect to the port of the master, ' +
    'sentinels to that of every data node and of every sentinel; names need port 53.',
  remedy: [
    'one more NetworkPolicy that allows these ports between the pods: what several allow adds up',
    'egress to port 53, UDP and TCP, where names are used',
  ],
  sources: [
    'https://github.com/helm/charts/issues/16830',
    'https://kubernetes.io/docs/concepts/services-networking/network-policies/',
  ],
  files(project) {
    if (project.kube !== null && project.kube.policies.length === 0)
      return { skip: 'no NetworkPolicy is in these manifests', applies: false };
    return judgeWorkloads(project, () => closedWays(project).closed.map(findingOf));
  },
} satisfies Check;

function findingOf(closed: Closed): RawFinding {
  const { workload, direction, by, others, names } = closed;
  const subject = subjectOf(workload);
  const policies = `NetworkPolicy ${listed(by.map(({ name }) => name))}`;
  const ends = others.map(
    ({ workload: other, ports }) => `${subjectOf(other)} (port ${listed(ports.map(String))})`,
  );
  const ownPorts = [...new Set(others.flatMap(({ ports }) => ports))];
  const cannot = [
    ...(others.length === 0
      ? []
      : direction === 'egress'
        ? [`the pods of ${subject} cannot connect to ${listed(ends)}`]
        : [
            `the pods of ${listed(others.map(({ workload: other }) => subjectOf(other)))} cannot connect to port ${listed(ownPorts.map(String))} of ${subject}`,
          ]),
    ...(names === null ? [] : [`the pods of ${subject} cannot look up ${names} (port 53)`]),
  ];
  return {
    subject,
    message: `${cannot.join(', and ')}: no ${direction} rule of ${policies} allows it`,
    fix: allowing(closed),
    at: { file: by[0]?.file ?? workload.file, line: by[0]?.line ?? workload.line },
  };
}

/** One more policy: it can be added without a change of the others. */
function allowing({ workload, direction, others, names }: Closed): string[] {
  const { name, namespace, labels } = workload;
  const key = direction === 'egress' ? 'to' : 'from';
  const rules = others.map(({ workload: other, ports }) => {
    const away =
      other.namespace !== null && other.namespace !== namespace
        ? `namespaceSelector: {matchLabels: {${NAME_LABEL}: ${other.namespace}}}, `
        : '';
    const shown = ports.map((port) => `{port: ${port}}`).join(', ');
    return `{${key}: [{${away}podSelector: {matchLabels: ${labelsText(other.labels)}}}], ports: [${shown}]}`;
  });
  const dns = names === null ? [] : ['{ports: [{port: 53, protocol: UDP}, {port: 53}]}'];
  const type = direction === 'egress' ? 'Egress' : 'Ingress';
  return [
    '# one more NetworkPolicy:',
    'apiVersion: networking.k8s.io/v1',
    'kind: NetworkPolicy',
    `metadata: {name: ${name}-${direction}${namespace === null ? '' : `, namespace: ${namespace}`}}`,
    `spec: {podSelector: {matchLabels: ${labelsText(labels)}}, policyTypes: [${type}], ${direction}: [${[...rules, ...dns].join(', ')}]}`,
  ];
}
