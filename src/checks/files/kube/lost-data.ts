import type { RawFinding } from '../../check.js';
import { dataDirectoryOf } from '../data-directory.js';
import { nodesWithCopies } from '../groups.js';
import type { FileServer, Project } from '../project.js';
import { subjectOf, volumeAt } from './facts.js';
import type { ServerWorkload } from './manifests.js';
import type { Volume } from './workload.js';

/** Data nodes in pods that write their data where it goes with the pod, or with the container. */
export function lostWithPods(project: Project): RawFinding[] {
  return nodesWithCopies(project).flatMap((node) => {
    const lost = passingOf(node, project);
    return lost === null ? [] : [findingOf(node, lost)];
  });
}

/** What a pod lacks to keep its data: lines to write; none where it has a volume, or where that is not known. */
export const volumeFix = (node: FileServer, project: Project): string[] => {
  const lost = passingOf(node, project);
  return lost === null ? [] : [fixOf(lost)];
};

/** Where a node's data is that does not outlive its pod; without `volume`, its container. */
interface Passing {
  path: string;
  workload: ServerWorkload;
  volume: Volume | undefined;
}

function passingOf(node: FileServer, { kube }: Project): Passing | null {
  const { service } = node;
  const workload = kube?.workloads.find((w) => subjectOf(w) === service?.pod?.workload);
  const container = workload?.containers.find((c) => c.name === service?.pod?.container);
  if (service === null || workload === undefined || container === undefined) return null;
  const { path, certain } = dataDirectoryOf(node, service);
  const volume = volumeAt(workload, container, path);
  return !certain || (volume !== undefined && volume.kind !== 'empty') ? null : { path, workload, volume };
}

const fixOf = ({ path, workload: { kind } }: Passing): string =>
  kind === 'StatefulSet'
    ? `volumeClaimTemplates: a volume of its own for ${path}`
    : `a StatefulSet with volumeClaimTemplates, instead of the ${kind}: a volume of its own for ${path}`;

function findingOf(node: FileServer, lost: Passing): RawFinding {
  const { path, workload, volume } = lost;
  const found = {
    subject: node.id,
    fix: [fixOf(lost)],
    at: { file: workload.file, line: volume?.line ?? node.at.line },
  };
  if (volume === undefined)
    return {
      ...found,
      message: `its data directory ${path} is in no volume, and goes with the container: Kubernetes starts it again, empty`,
    };
  return {
    ...found,
    severity: 'warning',
    impact: 'risk',
    message: `its data directory ${path} is in the emptyDir ${volume.name}, and goes with the pod: a pod that is recreated starts empty`,
    consequence:
      'a pod that is evicted or deleted loses its data; where it is the master and is back under its name within down-after, no failover happens, and its replicas copy the empty data set',
  };
}
