import type { Container } from '../../files/kube/workload.js';
import type { Project } from '../../files/project.js';
import { type Machine, Stopped } from '../../files/shell/machine.js';
import { roleBy } from './kube-roles.js';
import type { Shared } from './pod-files.js';
import { followInits, launchingOf, type PodContext } from './pod-start.js';
import { restarted } from './restarted.js';
import { addServers } from './servers.js';

/** Follows the init containers of a pod in their order, then what each container starts; then once more, as at a restart. */
export async function readPod(context: PodContext, project: Project): Promise<void> {
  const { workload, name } = context.pod;
  const shared: Shared = { files: new Map(), unknown: new Map() };
  await followInits(context, shared, {
    failed(init, error, { place }) {
      if (!(error instanceof Stopped)) return;
      const { path, line } = error;
      project.stopped.push({
        pod: workload.prefix + (name ?? workload.name),
        ...{ init: init.name, path, file: place, line },
      });
    },
  });
  const several = workload.containers.filter((c) => roleBy(c) !== null).length > 1;
  const id = `${workload.prefix}${name ?? workload.name}`;
  const made: { container: Container; machine: Machine }[] = [];
  for (const one of workload.containers) {
    const launching = launchingOf(one, context, shared, several ? `${id}/${one.name}` : id);
    await addServers(project, launching);
    made.push({ container: one, machine: launching.container });
  }
  await restarted(context, project, shared, made);
}
