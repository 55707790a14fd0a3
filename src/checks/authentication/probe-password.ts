import type { Check, RawFinding } from '../check.js';
import { commandText, judgeWorkloads, subjectOf } from '../files/kube/facts.js';
import type { KubeFacts, ServerWorkload } from '../files/kube/manifests.js';
import { loginLine } from '../files/kube/probe-login.js';
import type { Container } from '../files/kube/workload.js';
import type { Project } from '../files/project.js';

/** `redis-cli … -a WORD` within one command. */
const GIVEN = /\b(?:redis|valkey)-cli\b[^|;&\n]*?\s(?:-a|--pass)\s+["']?([^\s"']+)/;

export default {
  id: 'probe-password',
  needs: 'files',
  severity: 'info',
  impact: 'none',
  group: 'authentication',
  title: 'a probe gives the password on a command line',
  consequence:
    'the password is in the list of processes of the pod and of its node at each probe; one that is written out is shown to everyone who may read pods',
  explanation:
    'redis-cli -a warns of this. It takes the password from the variable REDISCLI_AUTH as well, which a Secret can ' +
    'fill in and which no list of processes shows.',
  remedy: ['env: REDISCLI_AUTH from the Secret, and no -a in the probe'],
  sources: ['redis-cli.c: parseOptions (the warning), REDISCLI_AUTH'],
  files: (project) =>
    judgeWorkloads(project, (kube) =>
      kube.workloads.flatMap((w) =>
        w.containers.filter((c) => w.roles.has(c.name)).flatMap((c) => givenIn(c, w, kube, project)),
      ),
    ),
} satisfies Check;

function givenIn(
  container: Container,
  workload: ServerWorkload,
  { maps }: KubeFacts,
  project: Project,
): RawFinding[] {
  const { liveness, readiness, startup, name } = container;
  const probes = [liveness, readiness, startup].flatMap((probe) => {
    const word = probe && GIVEN.exec(commandText(probe, container, workload, maps))?.[1];
    return probe && word ? [{ probe, isWritten: !/[$`]/.test(word) }] : [];
  });
  const [first] = probes;
  if (first === undefined) return [];
  const isWritten = probes.some((p) => p.isWritten);
  return [
    {
      subject: subjectOf(workload),
      message: `a probe of ${name} gives the password as an argument of redis-cli (-a)${isWritten ? ', and it is written out' : ''}`,
      fix: [`${loginLine(container, workload, project)}, and no -a`],
      at: { file: workload.file, line: first.probe.line },
    },
  ];
}
