import type { RawFinding } from '../check.js';
import { fileGroups } from './groups.js';
import type { Project } from './project.js';
import { followsOf, lastOf, place } from './settings.js';

const NAME = /^localhost$/i;
const isV4 = (host: string): boolean => /^127(\.\d+){3}$/.test(host);
const isV6 = (host: string): boolean => /^(::1|::|\*|-?::\*)$/.test(host.replace(/^-/, ''));

/**
 * Replicas that follow localhost, where the sentinels monitor 127.0.0.1: a lookup gives ::1 first on most machines, and
 * the master lists them by that address (replication.c; getaddrinfo, RFC 6724).
 */
export const byLocalhost = (project: Project): RawFinding[] =>
  fileGroups(project).flatMap(({ monitors, nodes, master }) => {
    const monitor = monitors.find(({ host }) => isV4(host));
    const bound = master === undefined ? undefined : lastOf(master, 'bind')?.args;
    // Where the master does not listen there, the replica takes the other address.
    if (monitor === undefined || master === undefined || (bound !== undefined && !bound.some(isV6)))
      return [];
    return nodes.flatMap((node): RawFinding[] => {
      const follows = followsOf(node);
      const line = lastOf(node, 'replicaof');
      if (follows === null || line === undefined || !NAME.test(follows.host) || follows.port !== monitor.port)
        return [];
      return [
        {
          subject: node.id,
          impact: 'risk',
          message: `it follows localhost:${follows.port}, and the sentinels monitor ${monitor.host}:${monitor.port}: localhost is ::1 first on most machines, and the master then lists it as ::1`,
          consequence:
            'after a failover the sentinels know the old master as ::1 and as 127.0.0.1: two replicas that are one server (measured)',
          fix: [`replicaof ${monitor.host} ${monitor.port}`],
          at: place(line),
        },
      ];
    });
  });
