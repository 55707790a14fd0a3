import { isIp } from '../../model/address.js';
import type { RawFinding } from '../check.js';
import { type FileServer, lower, mayBeContainer, type Project } from './project.js';
import { lastOf, place, sentinelLine } from './settings.js';

/**
 * A name that is announced, and that no service of the compose file has: where all networks are its own, no other
 * container resolves it. A name with a dot, or of `extra_hosts`, may lead out.
 */
export function announcedUnknown(server: FileServer, project: Project): RawFinding[] {
  const { service, kind } = server;
  const isNode = kind === 'redis';
  const line = isNode ? lastOf(server, 'replica-announce-ip') : sentinelLine(server, 'announce-ip');
  const name = line?.args[isNode ? 0 : 1] ?? '';
  if (service?.closed !== true || service.pod !== undefined || line === undefined || line.open === true)
    return [];
  if (!/^[a-z][\w-]*$/i.test(name) || isIp(name) || /^localhost$/i.test(name)) return [];
  const services = [...project.servers.flatMap((s) => s.service ?? []), ...project.others];
  const isKnown = services.some(
    (s) =>
      s.closed !== true ||
      [
        s.name,
        ...s.otherNames,
        ...s.networks.flatMap(({ aliases }) => aliases),
        ...(s.extraHosts?.keys() ?? []),
      ]
        .map(lower)
        .includes(lower(name)),
  );
  if (isKnown || mayBeContainer(name, services)) return [];
  const directive = isNode ? 'replica-announce-ip' : 'sentinel announce-ip';
  return [
    {
      subject: server.id,
      message: `it announces ${name}, a name that no service has: the other containers do not resolve it`,
      consequence: isNode
        ? 'sentinels and clients that are given this name cannot connect: it counts as down, and none promotes it'
        : 'the other sentinels cannot connect to it: it counts for no quorum, and has no vote',
      fix: [`${directive} ${service.name}`],
      at: place(line),
    },
  ];
}
