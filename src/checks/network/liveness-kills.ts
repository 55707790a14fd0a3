import type { Check, RawFinding } from '../check.js';
import { commandText, containersOf, judgeWorkloads, subjectOf } from '../files/kube/facts.js';
import type { KubeFacts, ServerWorkload } from '../files/kube/manifests.js';
import type { Container } from '../files/kube/workload.js';

export default {
  id: 'liveness-kills',
  needs: 'files',
  severity: 'warning',
  impact: 'risk',
  group: 'network',
  title: 'a liveness probe restarts a server that works',
  consequence: 'the kubelet kills a node that loads a large data set, again and again, and it never comes up',
  explanation:
    'A liveness probe must fail only where a restart helps. A server that loads its data answers PING with ' +
    '-LOADING, and a replica without its master may answer -MASTERDOWN: a probe that accepts only PONG restarts ' +
    'both. A probe of a sentinel that asks for the quorum (SENTINEL CKQUORUM) fails at every sentinel when some of ' +
    'them are lost, and the restarts make that worse. A startupProbe holds the liveness probe back until the ' +
    'server has started once.',
  remedy: [
    'accept LOADING and MASTERDOWN in the liveness probe, and ask for PONG in the readiness probe',
    'or a startupProbe with enough time to load the data',
    'ask for the quorum in no liveness probe',
  ],
  sources: [
    'server.c: processCommand, shared.loadingerr',
    'https://github.com/helm/charts/pull/10521',
    'https://kubernetes.io/docs/concepts/configuration/liveness-readiness-startup-probes/',
  ],
  files: (project) =>
    judgeWorkloads(project, (kube) =>
      kube.workloads.flatMap((workload) => [
        ...containersOf(workload, 'redis').flatMap((c) => strict(c, workload, kube)),
        ...containersOf(workload, 'sentinel').flatMap((c) => ofQuorum(c, workload, kube)),
      ]),
    ),
} satisfies Check;

function strict(container: Container, workload: ServerWorkload, { maps }: KubeFacts): RawFinding[] {
  const { liveness, hasStartup, name } = container;
  if (liveness?.words == null || hasStartup) return [];
  const text = commandText({ words: liveness.words }, container, workload, maps);
  if (!/\bPONG\b/.test(text) || /LOADING|MASTERDOWN/.test(text)) return [];
  const ping = `${/valkey/.test(container.image ?? '') ? 'valkey' : 'redis'}-cli ping`;
  return [
    {
      subject: subjectOf(workload),
      message: `the liveness probe of ${name} accepts only PONG: a node that loads its data answers LOADING and is killed`,
      fix: [
        `startupProbe: {exec: {command: [sh, -c, "${ping} | grep PONG"]}, periodSeconds: 5, failureThreshold: 120}`,
        'or accept it in the liveness probe: grep -E "PONG|LOADING|MASTERDOWN"',
      ],
      at: { file: workload.file, line: liveness.line },
    },
  ];
}

function ofQuorum(container: Container, workload: ServerWorkload, { maps }: KubeFacts): RawFinding[] {
  const { liveness, name } = container;
  if (liveness?.words == null) return [];
  if (!/ckquorum/i.test(commandText({ words: liveness.words }, container, workload, maps))) return [];
  return [
    {
      subject: subjectOf(workload),
      message: `the liveness probe of ${name} asks for the quorum: without it every sentinel is restarted`,
      consequence:
        'at the moment when no majority is left, the kubelet restarts the sentinels that still run, and no failover happens',
      fix: [
        `livenessProbe: {exec: {command: [${/valkey/.test(container.image ?? '') ? 'valkey' : 'redis'}-cli, -p, "26379", ping]}}`,
      ],
      at: { file: workload.file, line: liveness.line },
    },
  ];
}
