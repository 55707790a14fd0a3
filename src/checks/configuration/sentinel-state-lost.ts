import { isIp } from '../../model/address.js';
import type { Check, RawFinding } from '../check.js';
import { merged } from '../files/judge.js';
import { judgeWorkloads, subjectOf, volumeAt } from '../files/kube/facts.js';
import { keepsAddressOf, STAYING_NAMES } from '../files/kube/kept-address.js';
import type { ServerWorkload } from '../files/kube/manifests.js';
import { type FileServer, type Project, sentinelFiles } from '../files/project.js';
import { monitorsOf, sentinelLine } from '../files/settings.js';

export default {
  id: 'sentinel-state-lost',
  needs: 'files',
  severity: 'warning',
  impact: 'risk',
  group: 'configuration',
  part: 'starts',
  title: 'a sentinel loses its configuration with its pod',
  consequence:
    'each recreated pod is a new sentinel to the others, which still count the old one: after a few, the majority of all known sentinels is more than run, and no failover happens',
  explanation:
    'A sentinel writes its id, its epoch and what it learned into its configuration file. An emptyDir, or the ' +
    'container’s own file system, is gone with the pod; a start script or an init container that copies the file ' +
    'without looking replaces it. The new one makes a new id at a new address, and a sentinel ' +
    'never forgets another one by itself. A fixed id (sentinel myid), or a name that stays (announce-ip with ' +
    'announce-hostnames), makes it the same sentinel again.',
  remedy: [
    'keep the file in a volumeClaimTemplate',
    'or announce the name of the pod: sentinel resolve-hostnames yes, sentinel announce-hostnames yes, sentinel announce-ip NAME',
    'SENTINEL RESET NAME at one sentinel after another removes those that are gone',
  ],
  sources: [
    'sentinel.c: sentinelProcessHelloMessage, removeMatchingSentinelFromMaster',
    'https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/ (adding or removing Sentinels)',
  ],
  files(project) {
    const inPods = sentinelFiles(project).filter((s) => s.service?.pod !== undefined);
    if (project.kube !== null && !inPods.some((s) => s.seen))
      return inPods.length === 0 && project.unread.length === 0
        ? { skip: 'no sentinel is in these manifests', applies: false }
        : { skip: 'the files of the sentinels are made in their pods' };
    return judgeWorkloads(project, (kube) => kube.workloads.flatMap((w) => merged(lostIn(w, project))));
  },
} satisfies Check;

const lostIn = (workload: ServerWorkload, project: Project): RawFinding[] =>
  project.servers.flatMap((server): RawFinding[] => {
    const { service, kind, seen, conf } = server;
    if (kind !== 'sentinel' || !seen || conf?.inside == null) return [];
    if (service?.pod?.workload !== subjectOf(workload) || staysTheSame(server)) return [];
    // What cannot be written at all is conf-unwritable.
    if (conf.mount?.readOnly === true) return [];
    const container = workload.containers.find((c) => c.name === service.pod?.container);
    const volume = container && volumeAt(workload, container, conf.inside);
    if (volume !== undefined && volume.kind !== 'empty') return replacedFile(server, workload);
    const where = volume === undefined ? 'in no volume' : `in the emptyDir ${volume.name}`;
    return [
      {
        subject: server.id,
        message: `${conf.inside} is ${where}, and goes with the pod: each new pod is one more sentinel to the others`,
        // A volume alone keeps the address of a master that returns at another one.
        fix: project.servers.some((n) => monitorsOf(server).some((m) => keepsAddressOf(n, m)))
          ? [...STAYING_NAMES, 'sentinel announce-ip <the name of its pod>']
          : [
              // One claim of a Deployment is one file, and one id, for all of its pods.
              `${workload.kind === 'StatefulSet' ? '' : `a StatefulSet instead of the ${workload.kind} ${workload.name}, with `}volumeClaimTemplates: a volume of its own for ${conf.inside.replace(/\/[^/]*$/, '')}`,
            ],
        at: { file: workload.file, line: volume?.line ?? service.line },
      },
    ];
  });

/** A file in a volume that stays, which a container of the pod replaces at each start. */
function replacedFile(server: FileServer, { file }: ServerWorkload): RawFinding[] {
  const { id, conf, atRestart } = server;
  if (atRestart?.file !== 'replaced' || atRestart.by === null) return [];
  const { container, path, line } = atRestart.by;
  const announced = sentinelLine(server, 'announce-ip')?.args[1];
  return [
    {
      subject: id,
      message: `${container} replaces ${conf?.inside} at each start of the pod: the sentinel forgets the master, its id and the others`,
      fix: [
        `in ${container}: write ${path} only where it is missing: if [ ! -f ${path} ]; then …; fi`,
        // The address is the only line that must be new.
        ...(announced === undefined
          ? []
          : [
              `and at each start: sed -i "s/^sentinel announce-ip .*/sentinel announce-ip <its address>/" ${path}`,
            ]),
      ],
      at: { file, line },
    },
  ];
}

/** Whether the others take a new pod for the same sentinel: by its id, or by its name. */
function staysTheSame(server: FileServer): boolean {
  if (sentinelLine(server, 'myid') !== undefined) return true;
  const announced = sentinelLine(server, 'announce-ip');
  const [, host = ''] = announced?.args ?? [];
  return announced !== undefined && announced.open !== true && !isIp(host);
}
