import type { Check, RawFinding } from '../check.js';
import { commandText, judgeWorkloads, subjectOf } from '../files/kube/facts.js';
import type { KubeFacts, ServerWorkload } from '../files/kube/manifests.js';
import { readsAnswer } from '../files/kube/probe.js';
import { asksIn, givesLogin, hasLogin, loginLine } from '../files/kube/probe-login.js';
import type { Container } from '../files/kube/workload.js';
import type { Project } from '../files/project.js';

export default {
  id: 'probe-unauthorized',
  needs: 'files',
  severity: 'critical',
  impact: 'at-risk',
  group: 'authentication',
  title: 'a probe gives no password to a server that asks for one',
  consequence:
    'a liveness probe kills the pod again and again, a readiness probe never calls it ready: the next pods do not start, and its Service leads nowhere',
  explanation:
    'The server answers NOAUTH to a PING without a password, so that a probe that looks for PONG, or reads INFO, ' +
    'fails for ever. redis-cli exits 0 all the same: a probe that only runs redis-cli ping passes.',
  remedy: ['env: REDISCLI_AUTH from the Secret, which redis-cli reads'],
  sources: [
    'server.c: processCommand (authRequired)',
    'https://github.com/sourcegraph/deploy-sourcegraph-helm/issues/457',
    'https://github.com/spotahome/redis-operator/pull/576',
  ],
  causes: ['liveness-kills', 'ready-early'],
  files: (project) =>
    judgeWorkloads(project, (kube) =>
      kube.workloads.flatMap((w) =>
        w.containers.filter((c) => asksIn(c, w, project)).flatMap((c) => unauthorized(c, w, kube, project)),
      ),
    ),
} satisfies Check;

function unauthorized(
  container: Container,
  workload: ServerWorkload,
  kube: KubeFacts,
  project: Project,
): RawFinding[] {
  const { liveness, readiness, startup, name } = container;
  if (hasLogin(container, workload, kube)) return [];
  return [
    { probe: startup, kind: 'startup', follows: 'the pod is killed again and again' },
    { probe: liveness, kind: 'liveness', follows: 'the pod is killed again and again' },
    { probe: readiness, kind: 'readiness', follows: 'the pod is never ready' },
  ].flatMap(({ probe, kind, follows }): RawFinding[] => {
    const text = probe === null ? '' : commandText(probe, container, workload, kube.maps);
    if (probe === null || !readsAnswer(text) || givesLogin(text)) return [];
    return [
      {
        subject: subjectOf(workload),
        message: `the ${kind} probe of ${name} gives no password, and gets NOAUTH: ${follows}`,
        fix: [loginLine(container, workload, project)],
        at: { file: workload.file, line: probe.line },
      },
    ];
  });
}
