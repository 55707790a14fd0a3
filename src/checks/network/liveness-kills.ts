import type { Check, RawFinding } from '../check.js';
import { commandText, containersOf, judgeWorkloads, subjectOf } from '../files/kube/facts.js';
import type { KubeFacts, ServerWorkload } from '../files/kube/manifests.js';
import { failsWhileLoading, type Probe } from '../files/kube/probe.js';
import { type ProbeName, probeLines } from '../files/kube/probe-login.js';
import type { Container } from '../files/kube/workload.js';
import type { Project } from '../files/project.js';

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
    'both. A startupProbe holds the liveness probe back until the server has started once, and kills it itself when ' +
    'its own time is over; a replica loads again at each full resync. A probe of a sentinel that asks for the ' +
    'quorum (SENTINEL CKQUORUM) fails at every sentinel when some of them are lost, and the restarts make that worse.',
  remedy: [
    'accept LOADING and MASTERDOWN in the liveness probe, and ask for PONG in the readiness probe',
    'a startupProbe with enough time to load the data: failureThreshold × periodSeconds',
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
        ...containersOf(workload, 'redis').flatMap((c) => strict(c, workload, kube, project)),
        ...containersOf(workload, 'sentinel').flatMap((c) => ofQuorum(c, workload, kube, project)),
      ]),
    ),
} satisfies Check;

/** How long a node may load: a few GB take a minute or two. */
const ENOUGH_S = 120;

function strict(
  container: Container,
  workload: ServerWorkload,
  { maps }: KubeFacts,
  project: Project,
): RawFinding[] {
  const { liveness, startup, name } = container;
  const isStrict = (probe: Probe | null): probe is Probe =>
    probe !== null && failsWhileLoading(commandText(probe, container, workload, maps));
  const found = (probe: Probe, message: string, fix: string[]): RawFinding => ({
    subject: subjectOf(workload),
    message: `the ${probe === liveness ? 'liveness' : 'startup'} probe of ${name} accepts only PONG: ${message}`,
    fix,
    at: { file: workload.file, line: probe.line },
  });
  const printed = (...[what, script, timing]: [ProbeName, (cli: string) => string, string?]): string[] =>
    probeLines(what, script, container, workload, project, timing);
  const longer = (): string[] =>
    printed('startupProbe', (cli) => `${cli} ping | grep PONG`, ', periodSeconds: 5, failureThreshold: 120');
  const accepting = (): string[] =>
    printed('livenessProbe', (cli) => `${cli} ping | grep -E 'PONG|LOADING|MASTERDOWN'`);
  const holds = isStrict(startup);
  const seen: RawFinding[] = [];
  if (holds && startup.atStartS < ENOUGH_S)
    seen.push(
      found(
        startup,
        `a node that loads its data answers LOADING, and is killed ${startup.atStartS} s after its start`,
        longer(),
      ),
    );
  if (!isStrict(liveness) || liveness.patienceS >= ENOUGH_S) return seen;
  const when = holds
    ? `a replica that loads a full resync answers LOADING, and is killed after ${liveness.patienceS} s`
    : `a node that loads its data answers LOADING, and is killed ${liveness.atStartS} s after its start`;
  return holds || liveness.atStartS < ENOUGH_S ? [...seen, found(liveness, when, accepting())] : seen;
}

function ofQuorum(
  container: Container,
  workload: ServerWorkload,
  { maps }: KubeFacts,
  project: Project,
): RawFinding[] {
  const { liveness, name } = container;
  if (liveness === null || !/ckquorum/i.test(commandText(liveness, container, workload, maps))) return [];
  return [
    {
      subject: subjectOf(workload),
      message: `the liveness probe of ${name} asks for the quorum: without it every sentinel is restarted`,
      consequence:
        'at the moment when no majority is left, the kubelet restarts the sentinels that still run, and no failover happens',
      fix: probeLines('livenessProbe', (cli) => `${cli} ping`, container, workload, project),
      at: { file: workload.file, line: liveness.line },
    },
  ];
}
