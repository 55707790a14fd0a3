import type { Check, RawFinding } from '../check.js';
import { judgeWorkloads } from '../files/kube/facts.js';
import type { Project } from '../files/project.js';

export default {
  id: 'init-stops',
  needs: 'files',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'starts',
  title: 'an init container writes where nothing can be written',
  consequence:
    'it fails again and again (Init:CrashLoopBackOff), and no server of its pod starts: of a StatefulSet, no later pod either',
  explanation:
    'A ConfigMap and a Secret are read-only in a pod, whatever the mount says. A script with set -e ends at the first ' +
    'command that cannot write there, and the pod waits for it for ever.',
  remedy: ['copy the file into an emptyDir first, and write there'],
  sources: [
    'Kubernetes, since CVE-2017-1002102: ConfigMap and Secret volumes are read-only',
    'POSIX shell: set -e, redirection errors',
  ],
  files: (project) => judgeWorkloads(project, () => endedIn(project)),
} satisfies Check;

/** One finding for each line; the pods of a workload come to the same one. */
function endedIn({ stopped }: Project): RawFinding[] {
  const places = new Map(stopped.map((one) => [`${one.file}:${one.line}`, one]));
  return [...places.values()].map(({ init, path, file, line }) => ({
    subject: stopped
      .filter((one) => one.file === file && one.line === line)
      .map(({ pod }) => pod)
      .join(', '),
    message: `the init container ${init} writes ${path}, which is on a read-only mount, and ends there (set -e)`,
    fix: [
      `an emptyDir mounted at the same path in ${init} and in the container of the server; ${init}: cp ${path} into it and write there; the server: starts with that file`,
    ],
    at: { file, line },
  }));
}
