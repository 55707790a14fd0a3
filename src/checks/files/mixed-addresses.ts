import { formatAddress } from '../../model/address.js';
import { type FileGroup, fileGroups } from './groups.js';
import { type FileServer, type Project, placesOf } from './project.js';
import { announcing, type Found, isOutside, portPlace, publishedFor, unreachedAt } from './reach.js';
import { lastOf, ownPortOf, sentinelLine, settingOf } from './settings.js';

interface Outer {
  host: string;
  port: number;
}

/** Why a server is not reached where the others know it: by its own lines, or since only others announce their machine's address. */
export function misaddressed(server: FileServer, project: Project): Found[] {
  const unreached = unreachedAt(server, project);
  return unreached.length > 0 ? unreached : mixedIn(server, project);
}

/** A container that is known by its own address, in a group that is known by the address of its machine. */
function mixedIn(server: FileServer, project: Project): Found[] {
  const own = ownPortOf(server);
  const isNode = server.kind === 'redis';
  if (!server.seen || server.service?.bridged !== true || announces(server) || !(own > 0)) return [];
  if (isNode && /^no$/i.test(settingOf(server, 'replica-announced') ?? '')) return [];
  if (settingOf(server, 'replica-priority') === '0') return [];
  const group = fileGroups(project).find(({ nodes, monitors }) =>
    isNode ? nodes.includes(server) : monitors.some((m) => m.server === server),
  );
  return group === undefined
    ? []
    : isNode
      ? mixedNode(server, group, project)
      : mixedSentinel(server, group, project);
}

function mixedNode(server: FileServer, group: FileGroup, project: Project): Found[] {
  const { master, nodes } = group;
  // Alone on its machine it has the address of the machine to the others, where its port is published.
  if (nodes.length < 2 || master === undefined) return [];
  const other = nodes.flatMap((node) => announcedOuter(node, project) ?? [])[0];
  const monitored = monitoredOuter(group, project);
  const known = monitored ?? other;
  if (known === undefined) return [];
  const port = publishedFor(server, ownPortOf(server));
  const isMaster = server === master;
  const why = isMaster
    ? monitored === undefined
      ? `the others announce ${known.host}, and this one is known by the address of its container`
      : `its sentinels know it as ${formatAddress(monitored)}; as a replica, after a failover, it is known by the address of its container`
    : `it is known by the address of its container, while the sentinels know ${monitored === undefined ? 'others' : 'the master'} as ${formatAddress(known)}`;
  return [
    {
      subject: server.id,
      // Where none announces anything, the clients may all be in containers.
      ...(other === undefined && { severity: 'warning' as const, impact: 'risk' as const }),
      message: `${server.id} announces no address: ${why}`,
      consequence:
        'after a failover the sentinels list one server under two addresses, and give clients one to which only containers connect',
      fix: outerLines(server, { host: known.host, port }),
      at: portPlace(server),
    },
  ];
}

function mixedSentinel(server: FileServer, { monitors }: FileGroup, project: Project): Found[] {
  const port = publishedFor(server, ownPortOf(server));
  const other = monitors
    .map((m) => ({ id: m.server.id, outer: announcedOuter(m.server, project) }))
    .find(({ outer }) => outer !== undefined);
  if (other?.outer === undefined || port === null) return [];
  return [
    {
      subject: server.id,
      severity: 'warning',
      impact: 'risk',
      message: `${server.id} announces the address of its container, while ${other.id} announces ${formatAddress(other.outer)}`,
      consequence:
        'clients on other machines that ask for the sentinels get an address that they cannot connect to',
      fix: outerLines(server, { host: other.outer.host, port }),
      at: portPlace(server),
    },
  ];
}

/** What a server is to announce; its port is published as the same one where none is. */
function outerLines(server: FileServer, { host, port }: { host: string; port: number | null }): string[] {
  const own = ownPortOf(server);
  return [
    announcing(server, 'ip', host),
    announcing(server, 'port', `${port ?? own}`),
    ...(port === null ? [`ports: ["${own}:${own}"]`] : []),
  ];
}

const announcedLines = (server: FileServer) =>
  server.kind === 'sentinel'
    ? [sentinelLine(server, 'announce-ip')?.args[1], sentinelLine(server, 'announce-port')?.args[1]]
    : [settingOf(server, 'replica-announce-ip'), settingOf(server, 'replica-announce-port')];

const announces = (server: FileServer): boolean =>
  announcedLines(server)[0] !== undefined || lastOf(server, 'include') !== undefined;

/** The address of its machine that a container announces, with a port that is published for it. */
function announcedOuter(server: FileServer, project: Project): Outer | undefined {
  const [host, given] = announcedLines(server);
  const port = Number(given ?? ownPortOf(server));
  if (host === undefined || server.service?.bridged !== true || placesOf(server).includes(host))
    return undefined;
  const isPublished = publishedFor(server, ownPortOf(server)) === port;
  return isPublished && isOuter({ host, port }, server, project) ? { host, port } : undefined;
}

/** The address of the machine at which the sentinels monitor a master that is in a container there. */
function monitoredOuter({ monitors, master }: FileGroup, project: Project): Outer | undefined {
  const [monitor] = monitors;
  if (monitor === undefined || master === undefined) return undefined;
  const isHere = publishedFor(master, ownPortOf(master)) === monitor.port;
  return isHere && isOuter(monitor, master, project) ? monitor : undefined;
}

/** A variable without a value here is that of the machine where a published port stands beside it. */
const isOuter = (to: Outer, server: FileServer, project: Project): boolean =>
  /^\$\{\w+\}$/.test(to.host) || isOutside(to, server, project);
