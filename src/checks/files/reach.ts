import { formatAddress, isIp, reachesItself } from '../../model/address.js';
import type { RawFinding } from '../check.js';
import { type FileGroup, fileGroups } from './groups.js';
import { settingLine } from './logins.js';
import { type FileServer, type Project, placesOf, serviceAt } from './project.js';
import { inSubnet, isOwnHost } from './server-address.js';
import {
  followsOf,
  lastOf,
  monitorsOf,
  ownPortOf,
  place,
  portsOf,
  sentinelLine,
  settingOf,
} from './settings.js';

export type Found = Pick<
  RawFinding,
  'subject' | 'message' | 'fix' | 'severity' | 'impact' | 'consequence' | 'at'
>;

/** An address to which others are told to connect, as far as the files say it. */
interface Announced {
  /** Empty for the one that the others see. */
  host: string;
  /** null for its own. */
  port: number | null;
  at: { file: string; line: number };
}

/** Why the others cannot connect to a server at the address by which they know it; empty where they can, or it is not known. */
export function unreachedAt(server: FileServer, project: Project): Found[] {
  const announced = announcedBy(server);
  const own = ownPortOf(server);
  const isHidden = settingOf(server, 'replica-announced')?.toLowerCase() === 'no';
  if (announced === null || own === 0 || Number.isNaN(own) || isHidden) return [];
  const { host, port } = announced;
  const isContainer = server.service !== null && isOwnHost(server);
  const isOwn = host === '' || placesOf(server).includes(host);
  if (isOwn && port !== null && !portsOf(server).includes(port)) {
    const peer = host === '' ? peerOf(server, project) : null;
    // Docker gives what it sends to other machines the address of its own one, where that port is published.
    const isMasked =
      server.replicates !== true &&
      peer !== null &&
      isOutside(peer, server, project) &&
      publishes(server, port);
    return server.kind === 'redis' && isMasked ? [] : [elsewhere(server, announced, isContainer)];
  }
  if (!isContainer || server.service?.bridged !== true) return [];
  if (host === '')
    return server.kind === 'redis' ? nodeBehind(server, project) : sentinelBehind(server, project);
  const isMachine = isOutside({ host, port: own }, server, project);
  const outer = publishedFor(server, own);
  if (isOwn || !isMachine || outer === null || publishes(server, port ?? own)) return [];
  const other = port === null ? undefined : project.servers.find((s) => s !== server && publishes(s, port));
  // An announced port may be one of a router; not where another server has it.
  if (port !== null && other === undefined) return [];
  return [
    {
      subject: server.id,
      message: `${server.id} announces ${formatAddress({ host, port: port ?? own })}${other === undefined ? '' : `, where ${other.id} answers`}, but its port ${own} is published as ${outer}`,
      fix: [announcing(server, 'port', `${outer}`)],
      at: announced.at,
    },
  ];
}

/** null where a value is only known to the running container. */
function announcedBy(server: FileServer): Announced | null {
  const isSentinel = server.kind === 'sentinel';
  const hostLine = isSentinel ? sentinelLine(server, 'announce-ip') : lastOf(server, 'replica-announce-ip');
  const portLine = isSentinel
    ? sentinelLine(server, 'announce-port')
    : lastOf(server, 'replica-announce-port');
  if (!server.seen || hostLine?.open === true || portLine?.open === true) return null;
  const host = hostLine?.args[isSentinel ? 1 : 0] ?? '';
  const port = Number(portLine?.args[isSentinel ? 1 : 0] ?? 0);
  if (Number.isNaN(port) || /[${}<>]/.test(host)) return null;
  const line = port === 0 ? hostLine : portLine;
  return { host, port: port === 0 ? null : port, at: line === undefined ? server.at : place(line) };
}

/** At the address that others see of it, a port at which nothing of it listens. */
function elsewhere(server: FileServer, { host, port, at }: Announced, isContainer: boolean): Found {
  const own = ownPortOf(server);
  const seen = host === '' ? 'the address that the others see is its own' : `${host} is its own address`;
  // Outside a container, and for a node whose machine forwards a port, the files do not show all of it.
  const isCertain = server.kind === 'sentinel' || isContainer;
  return {
    subject: server.id,
    ...(!isCertain && { severity: 'warning' as const }),
    message: `${server.id} announces port ${port}, and listens on ${own}: ${seen}, where nothing listens on ${port}`,
    fix: byVariable(server, 'PORT', own) ?? [
      `delete the line: ${server.kind === 'sentinel' ? 'sentinel announce-port' : 'replica-announce-port'} ${port}`,
      ...(host === ''
        ? [`or add the address at which port ${port} leads to it: ${announcing(server, 'ip', 'ADDRESS')}`]
        : []),
    ],
    at,
  };
}

/** A data node whose master, or whose sentinels, are outside of its network. */
function nodeBehind(server: FileServer, project: Project): Found[] {
  const own = ownPortOf(server);
  const peer = peerOf(server, project);
  // An image that configures a replication announces the address of its container.
  const keepsOwn = server.replicates === true;
  if (peer === null || !isOutside(peer, server, project)) return [];
  if (publishes(server, own) && !keepsOwn) return [];
  if (settingOf(server, 'replica-priority') === '0') return [];
  const outer = publishedFor(server, own);
  // Those of one network reach that.
  const group = fileGroups(project).find((g) => g.nodes.includes(server));
  if (keepsOwn && group?.sentinels != null) return [];
  // A fixed address without a published port may be one to which the machines have a route.
  if (outer === null && server.service?.networks.some((n) => n.address !== null)) return [];
  const isMaster = followsOf(server) === null;
  if (isMaster && outer !== peer.port) return [];
  const address = machineOf(server) ?? (isMaster && isIp(peer.host) ? peer.host : undefined);
  const seen = isMaster
    ? `its sentinels know it as ${formatAddress(peer)}; as a replica it is listed`
    : `its master ${formatAddress(peer)} is outside of its network and lists it`;
  return [
    {
      subject: server.id,
      message: keepsOwn
        ? `${server.id} announces the address of its container, to which no other machine can connect, and its master ${formatAddress(peer)} is on another one`
        : `${server.id} announces no address, and ${seen} with port ${own}, which is ${outer === null ? 'not published' : `published as ${outer}`}`,
      fix: [
        announcing(server, 'ip', address ?? '<address of its machine>'),
        announcing(server, 'port', `${outer ?? own}`),
        ...(outer === null ? [`ports: ["${own}:${own}"]`] : []),
      ],
      at: portPlace(server),
    },
  ];
}

/** A sentinel in a container whose peers are on other machines. */
function sentinelBehind(server: FileServer, project: Project): Found[] {
  const own = ownPortOf(server);
  const outer = publishes(server, own) ? own : publishedFor(server, own);
  const monitor = monitorsOf(server).find((m) => isOutside(m, server, project));
  const group = monitor && fileGroups(project).find((g) => g.monitors.some((m) => m.server === server));
  // Those of one network reach one another.
  if (monitor === undefined || outer === null || group?.sentinels !== null || monitor.quorum < 2) return [];
  const isHere =
    group.master !== undefined && publishedFor(group.master, ownPortOf(group.master)) === monitor.port;
  const address = machineOf(server) ?? (isHere && isIp(monitor.host) ? monitor.host : undefined);
  return [
    {
      subject: server.id,
      message: `${server.id} announces the address of its container, to which no sentinel of another machine can connect; its port ${own} is published${outer === own ? '' : ` as ${outer}`}`,
      fix: [
        announcing(server, 'ip', address ?? '<address of its machine>'),
        ...(outer === own ? [] : [announcing(server, 'port', `${outer}`)]),
      ],
      at: portPlace(server),
    },
  ];
}

/** What a data node connects to: its master; for a master, the address at which it is monitored. */
function peerOf(server: FileServer, project: Project): { host: string; port: number } | null {
  const group: FileGroup | undefined = fileGroups(project).find((g) => g.nodes.includes(server));
  return followsOf(server) ?? (group?.master === server ? (group.monitors[0] ?? null) : null);
}

/** Whether an address is one of a machine, and none in the container's own networks. */
export function isOutside(
  to: { host: string; port: number },
  { service }: FileServer,
  project: Project,
): boolean {
  const host = service?.extraHosts?.get(to.host) ?? to.host;
  if (/^(host-gateway|(host|gateway)\.docker\.internal)$/.test(host)) return true;
  if (serviceAt(project, host) !== undefined || reachesItself(host)) return false;
  if (!isIp(host)) return host.includes('.') && !/[${}<>\s]/.test(host);
  const services = [...project.servers.flatMap((s) => s.service ?? []), ...project.others];
  if (services.some((s) => s.networks.some((n) => n.address === host))) return false;
  if (host.includes(':') || project.composeSubnets.some((subnet) => inSubnet(host, subnet))) return false;
  // Docker takes its networks from there: an address of it may be a container's, unless its port is a published one.
  const isPublished = services.some((s) =>
    s.ports.some((p) => p.host === to.port && p.container !== to.port),
  );
  return !inSubnet(host, '172.16.0.0/12') || isPublished;
}

/** Whether a port of its machine leads to the same port of it. */
const publishes = ({ service, ...server }: FileServer, port: number): boolean =>
  service?.ports.some((p) => p.host === port && portsOf({ service, ...server }).includes(p.container)) ===
  true;

/** The port of its machine that leads to a port of it; null for none. */
export const publishedFor = ({ service }: FileServer, port: number): number | null =>
  service?.ports.find((p) => p.container === port && p.host !== null)?.host ?? null;

/** The address of a container's machine, where an extra host with its own name says it. */
function machineOf({ service }: FileServer): string | undefined {
  const names = service === null ? [] : [service.name, ...service.otherNames];
  const own = names.map((name) => service?.extraHosts?.get(name)).find((host) => host !== undefined);
  return own !== undefined && isIp(own) ? own : undefined;
}

/** An image of Bitnami makes its lines out of variables; undefined for another one, and for a file of its own. */
function byVariable(
  { service, kind, replicates }: FileServer,
  what: 'IP' | 'PORT',
  value: string | number,
): string[] | undefined {
  const image = service?.image ?? null;
  if (replicates === undefined) return undefined;
  const prefix = /valkey/i.test(image ?? '') ? 'VALKEY' : 'REDIS';
  return [`${prefix}_${kind === 'sentinel' ? 'SENTINEL_ANNOUNCE' : 'REPLICA'}_${what}=${value}`];
}

export const announcing = (server: FileServer, what: 'ip' | 'port', value: string): string =>
  byVariable(server, what === 'ip' ? 'IP' : 'PORT', value)?.[0] ??
  (server.kind === 'sentinel'
    ? `sentinel announce-${what} ${value}`
    : settingLine(server, `replica-announce-${what} ${value}`));

export const portPlace = ({ service, at }: FileServer): { file: string; line: number } => ({
  file: at.file,
  line: service?.ports[0]?.line ?? at.line,
});
