import type { RawFinding } from '../check.js';
import { announcing } from './announced.js';
import { nameIn, servicesOf } from './known-names.js';
import type { FileServer, Project } from './project.js';
import { lastOf, place, portsOf, sentinelLine, settingOf } from './settings.js';

/**
 * A name that is announced, and that no service of the compose file has: where all networks are its own, no other
 * container resolves it. A name with a dot, or of `extra_hosts`, may lead out.
 */
export function announcedUnknown(server: FileServer, project: Project): RawFinding[] {
  const { service, kind } = server;
  const isNode = kind === 'redis';
  const line = isNode ? lastOf(server, 'replica-announce-ip') : sentinelLine(server, 'announce-ip');
  const name = line?.args[isNode ? 0 : 1] ?? '';
  const given = isNode
    ? settingOf(server, 'replica-announce-port')
    : sentinelLine(server, 'announce-port')?.args[1];
  const port = Number(given ?? portsOf(server)[0]);
  if (service === null || service.pod !== undefined || line === undefined || line.open === true) return [];
  if (!/^[a-z][\w-]*$/i.test(name)) return [];
  if (nameIn(project, server, name, port) !== 'lost' || servicesOf(project).some((s) => s.closed !== true))
    return [];
  return [
    {
      subject: server.id,
      message: `it announces ${name}, a name that no service has: the other containers do not resolve it`,
      consequence: isNode
        ? 'sentinels and clients that are given this name cannot connect: it counts as down, and none promotes it'
        : 'the other sentinels cannot connect to it: it counts for no quorum, and has no vote',
      fix: [announcing(line, service.name, project)],
      at: place(line),
    },
  ];
}
