import { mayBeServer } from '../../files/compose/launch.js';
import type { Service } from '../../files/compose/service.js';
import { subjectOf } from '../../files/kube/facts.js';
import type { ServerWorkload } from '../../files/kube/manifests.js';
import type { Container, Workload } from '../../files/kube/workload.js';
import type { Project } from '../../files/project.js';

/** By its name and image, where what it starts was not followed. */
export function roleBy({ name, image, command, args }: Container): 'redis' | 'sentinel' | null {
  const tells = mayBeServer({ name, image, built: true });
  const words = [...(command?.words ?? []), ...(args?.words ?? [])].join(' ');
  if (!tells) return null;
  if (/sentinel/.test(name) || (/sentinel/.test(words) && !/redis-server|valkey-server/.test(words)))
    return 'sentinel';
  return 'redis';
}

/** Whether a service is a container of a workload. */
export const isIn = (service: Service | null, workload: Workload, container: string): boolean =>
  service?.pod?.workload === subjectOf(workload) && service.pod.container === container;

/** A workload with what each of its containers runs. */
export function withRoles(workload: Workload, project: Project): ServerWorkload {
  const roles = new Map<string, 'redis' | 'sentinel'>();
  for (const container of workload.containers) {
    const server = project.servers.find(({ service }) => isIn(service, workload, container.name));
    const role = server?.kind ?? roleBy(container);
    if (role !== null) roles.set(container.name, role);
  }
  return { ...workload, roles };
}
