import { isIp, isLoopback } from '../../model/address.js';
import type { FileServer, Project } from './project.js';
import { nodeFiles, sentinelFiles, serviceAt } from './project.js';
import {
  followsOf,
  lastOf,
  type Monitor,
  masterSetting,
  monitorsOf,
  portsOf,
  sentinelLine,
  settingOf,
} from './settings.js';

/** A master's name, who monitors it, and the data nodes that belong to it, as far as the files tell. */
export interface FileGroup {
  /** null where there is no sentinel's file. */
  name: string | null;
  monitors: Monitor[];
  nodes: FileServer[];
  /** The node that the sentinels monitor, else the one that is not a replica. */
  master: FileServer | undefined;
  /** How many sentinels there are; null where only one file was given, that knows no other. */
  sentinels: number | null;
}

/** A group that a sentinel's file monitors. */
export type MonitoredGroup = FileGroup & { name: string };
export type CountedGroup = MonitoredGroup & { sentinels: number };

/** Groups by master name; data nodes belong to the one name, or to the one whose master they are or follow. */
export function fileGroups(project: Project): FileGroup[] {
  const monitors = sentinelFiles(project).flatMap(lastMonitors);
  const names = [...new Set(monitors.map((m) => m.name))];
  const nodes = nodeFiles(project);
  if (names.length === 0) {
    return nodes.length === 0
      ? []
      : [{ name: null, monitors, nodes, master: ownMaster(nodes), sentinels: null }];
  }
  return names.map((name) => {
    const own = monitors.filter((m) => m.name === name);
    const members = names.length === 1 ? nodes : nodes.filter((n) => belongs(n, own, nodes));
    const master =
      members.find((n) => own.some((m) => isAt(n, m.host, m.port, m.server))) ?? ownMaster(members);
    return { name, monitors: own, nodes: members, master, sentinels: countOf(project, own) };
  });
}

/** How long a node's sentinels wait before they call it down, in milliseconds; null where none is known. */
export function downAfterOf(project: Project, node: FileServer): number | null {
  const monitors = fileGroups(project).find((g) => g.nodes.includes(node))?.monitors ?? [];
  return monitors.length === 0
    ? null
    : Math.max(...monitors.map((m) => masterSetting(m, 'down-after-milliseconds').value));
}

/** A name that is monitored twice in one file would not load; the first is as good as the other. */
function lastMonitors(server: FileServer): Monitor[] {
  return monitorsOf(server).filter((m, i, all) => all.findIndex((o) => o.name === m.name) === i);
}

const ownMaster = (nodes: FileServer[]): FileServer | undefined => nodes.find((n) => followsOf(n) === null);

function belongs(
  node: FileServer,
  monitors: Monitor[],
  nodes: FileServer[],
  seen = new Set<string>(),
): boolean {
  if (monitors.some((m) => isAt(node, m.host, m.port, m.server))) return true;
  const follows = followsOf(node);
  if (follows === null || seen.has(node.id)) return false;
  seen.add(node.id);
  if (monitors.some((m) => m.host === follows.host && m.port === follows.port)) return true;
  const above = nodes.find((n) => n !== node && isAt(n, follows.host, follows.port, node));
  return above !== undefined && belongs(above, monitors, nodes, seen);
}

/**
 * Whether a server is what another one means by an address: by its service's names and addresses, or what it announces
 * or binds. A loopback address means the machine of the one that says it.
 */
export function isAt(server: FileServer, host: string, port: number, from: FileServer): boolean {
  const isElsewhere = isLoopback(host) && server.host?.name !== from.host?.name;
  return !isElsewhere && portsOf(server).includes(port) && hostNamesOf(server).includes(host);
}

/** The servers that an address may mean, to one of them. */
export const nodesAt = (
  servers: readonly FileServer[],
  host: string,
  port: number,
  from: FileServer,
): FileServer[] => servers.filter((server) => isAt(server, host, port, from));

/** Every host by which others may speak of a server. */
export function hostNamesOf(server: FileServer): string[] {
  const { service } = server;
  const announced = [
    settingOf(server, 'replica-announce-ip'),
    server.directives.findLast((d) => d.name === 'sentinel' && d.args[0] === 'announce-ip')?.args[1],
  ].filter((host) => host !== undefined);
  if (service === null) {
    const bound = server.directives.findLast((d) => d.name === 'bind')?.args ?? ['127.0.0.1'];
    return [...announced, ...bound, ...(server.host === undefined ? [] : [server.host.name, '127.0.0.1'])];
  }
  const networks = service.networks.flatMap((n) => [
    ...n.aliases,
    ...(n.address === null ? [] : [n.address]),
  ]);
  return [...announced, service.name, ...service.otherNames, ...networks];
}

/**
 * How many sentinels a name has: those of the compose file, or of the files that were given, that monitor it or whose
 * configuration could not be read; and no fewer than one of them knows (`known-sentinel`).
 */
function countOf(project: Project, monitors: Monitor[]): number | null {
  const all = sentinelFiles(project);
  const monitoring = all.filter((s) => !s.seen || monitors.some((m) => m.server === s));
  const given = monitoring.reduce((sum, s) => sum + s.copies, 0);
  const known = Math.max(...monitors.map((m) => 1 + knownBy(m)));
  // One host's compose file has one sentinel of several; three are all that there need to be.
  const isOneHost = project.compose !== null && !isWithin(project, monitors) && given < 3;
  const isDescribed = project.compose !== null || project.kube !== null;
  const whole = (isDescribed || all.length > 1 || known > 1) && !(isOneHost && known <= given);
  return whole ? Math.max(given, known) : null;
}

/** Whether the compose file has all of a group: its master, and no server that is announced as one of another host. */
function isWithin(project: Project, monitors: readonly Monitor[]): boolean {
  const servers = project.servers.filter((s) => s.service !== null);
  const pinned = servers.flatMap((s) => s.service?.networks.flatMap((n) => n.address ?? []) ?? []);
  const isHere = (host: string): boolean =>
    isLoopback(host) ||
    pinned.includes(host) ||
    serviceAt(project, host) !== undefined ||
    project.composeSubnets.some((subnet) => inSubnet(host, subnet));
  const announced = servers.flatMap((s) => [
    ...(lastOf(s, 'replica-announce-ip')?.args ?? []),
    ...(sentinelLine(s, 'announce-ip')?.args.slice(1) ?? []),
    ...[followsOf(s)?.host].filter((host) => host !== undefined),
  ]);
  return [...announced, ...monitors.map((m) => m.host)].every(isHere);
}

/** Whether files show a group as a whole: its master, its replicas, all of them read. */
export const isWhole = (project: Project, { nodes, monitors, master }: FileGroup): boolean =>
  master !== undefined &&
  nodes.length > 1 &&
  project.servers.every((s) => s.seen) &&
  (project.compose === null || isWithin(project, monitors));

/** IPv4 only: `172.28.0.10` in `172.28.0.0/16`. */
export function inSubnet(host: string, subnet: string): boolean {
  const [base = '', bits] = subnet.split('/');
  const number = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  return (
    isIp(host) &&
    !host.includes(':') &&
    !base.includes(':') &&
    Math.floor(number(host) / size) === Math.floor(number(base) / size)
  );
}

const knownBy = ({ server, name }: Monitor): number =>
  new Set(
    server.directives
      .filter((d) => d.name === 'sentinel' && d.args[0] === 'known-sentinel' && d.args[1] === name)
      .map((d) => d.args[4] ?? `${d.args[2]}:${d.args[3]}`),
  ).size;

/** How many replicas a name has: by the data nodes' files, and no fewer than a sentinel knows; null where unknown. */
export function replicasOf(group: FileGroup): number | null {
  const given = group.nodes.filter((n) => n !== group.master).reduce((sum, n) => sum + n.copies, 0);
  const known = group.monitors.map(
    ({ server, name }) =>
      new Set(
        server.directives
          .filter((d) => d.name === 'sentinel' && d.args[0] === 'known-replica' && d.args[1] === name)
          .map((d) => `${d.args[2]}:${d.args[3]}`),
      ).size,
  );
  const most = Math.max(given, ...known);
  return group.nodes.length === 0 && most === 0 ? null : most;
}

/** A container is a host of its own, unless it has the machine's network or another's. */
export const isOwnHost = (server: FileServer): boolean =>
  server.service !== null && !/^(host|service:|container:)/.test(server.service.networkMode ?? '');

/** Whether its configuration names other hosts, or files of others were given. */
export function hasFarPeers(server: FileServer): boolean {
  if (isOwnHost(server) || server.host?.others === true) return true;
  const follows = followsOf(server);
  const announced = [
    lastOf(server, 'replica-announce-ip')?.args[0],
    sentinelLine(server, 'announce-ip')?.args[1],
  ];
  const known = server.directives
    .filter((d) => d.name === 'sentinel' && /^known-(replica|sentinel)$/.test(d.args[0] ?? ''))
    .map((d) => d.args[2] ?? '');
  const hosts = [follows?.host, ...announced, ...known, ...monitorsOf(server).map((m) => m.host)];
  return hosts.some((host) => host !== undefined && host !== '' && isIp(host) && !isLoopback(host));
}
