import type { RawFinding } from '../check.js';
import { fileGroups } from './groups.js';
import type { FileServer, Project } from './project.js';
import { followsOf, lastOf, monitorsOf, place, portsOf } from './settings.js';

/**
 * Replicas that follow their own port on the machine of the master: each follows itself. Files of a container, or of
 * another machine, may mean another server by that.
 */
export const followingThemselves = (project: Project): RawFinding[] =>
  fileGroups(project).flatMap(({ name, monitors, nodes }) => {
    const [monitor] = monitors;
    if (name === null || monitor === undefined) return [];
    return nodes.flatMap((node): RawFinding[] => {
      const follows = followsOf(node);
      const line = lastOf(node, 'replicaof');
      if (follows === null || line === undefined || !isOnMachineOf(node, monitor.host)) return [];
      const { host, port } = follows;
      const isOwn = host === monitor.host && port !== monitor.port && portsOf(node).includes(port);
      if (!isOwn || isElsewhere(project, node, port) || isMonitored(project, host, port)) return [];
      return [
        {
          subject: node.id,
          brief: `${node.id} follows ${host}:${port}, which is its own address, not the master ${monitor.host}:${monitor.port}`,
          message: `it follows ${host}:${port}, its own port on the machine of the master ${monitor.host}:${monitor.port} of ${name}: it follows itself, and has no data of the master`,
          consequence:
            'it never gets a link to the master: the sentinels know no replica of it, and nothing can be promoted',
          fix: [`replicaof ${monitor.host} ${monitor.port}`],
          at: place(line),
        },
      ];
    });
  });

/** Whether its file was given for that machine, or for none. */
const isOnMachineOf = ({ service, host }: FileServer, machine: string): boolean =>
  service === null && (host === undefined || host.name === machine);

const isElsewhere = ({ servers }: Project, node: FileServer, port: number): boolean =>
  servers.some((other) => other !== node && other.kind === 'redis' && portsOf(other).includes(port));

const isMonitored = ({ servers }: Project, host: string, port: number): boolean =>
  servers.flatMap(monitorsOf).some((m) => m.host === host && m.port === port);
