import { isLoopback } from '../../model/address.js';
import type { FileServer, Project } from './project.js';
import { nodeFiles, sentinelFiles, serviceAt } from './project.js';
import { inSubnet, isAt } from './server-address.js';
import {
  followsOf,
  lastOf,
  type Monitor,
  masterSetting,
  monitorsOf,
  persists,
  sentinelLine,
} from './settings.js';

/** A master's name, who monitors it, and the data nodes that belong to it, as far as the files tell. */
export interface FileGroup {
  /** null where there is no sentinel's file. */
  name: string | null;
  monitors: Monitor[];
  nodes: FileServer[];
  /** The node that the sentinels monitor, else the one that is not a replica. */
  master: FileServer | undefined;
  /** How many sentinels there are; null where one file was given, that knows no other, and where a start is not followed. */
  sentinels: number | null;
}

/** A group that a sentinel's file monitors. */
export type MonitoredGroup = FileGroup & { name: string };
export type CountedGroup = MonitoredGroup & { sentinels: number };

/** Data nodes that are meant to keep their data, and of which there are several or a sentinel: an empty one is copied. */
export function nodesWithCopies(project: Project): FileServer[] {
  const groups = fileGroups(project);
  const isCopied = (node: FileServer): boolean =>
    groups.some((g) => g.nodes.includes(node) && (g.monitors.length > 0 || g.nodes.length > 1));
  return nodeFiles(project).filter(isCopied).filter(persists);
}

/**
 * Groups by master name, and by master where sentinels with the same name watch unrelated ones; data nodes belong to
 * the one group, or to the one whose master they are or follow.
 */
export function fileGroups(project: Project): FileGroup[] {
  const monitors = sentinelFiles(project).flatMap(lastMonitors);
  const names = [...new Set(monitors.map((m) => m.name))];
  const nodes = nodeFiles(project);
  if (names.length === 0) {
    return nodes.length === 0
      ? []
      : [{ name: null, monitors, nodes, master: ownMaster(nodes), sentinels: null }];
  }
  const groups = names.flatMap((name) =>
    unrelated(
      monitors.filter((m) => m.name === name),
      nodes,
    ).map((own) => ({ name, own })),
  );
  return groups.map(({ name, own }) => {
    const members = groups.length === 1 ? nodes : nodes.filter((n) => belongs(n, own, nodes));
    const master = monitoredBy(own, members) ?? ownMaster(members);
    return { name, monitors: own, nodes: members, master, sentinels: countOf(project, own) };
  });
}

const monitoredBy = (monitors: readonly Monitor[], nodes: readonly FileServer[]): FileServer | undefined =>
  nodes.find((n) => monitors.some((m) => isAt(n, m.host, m.port, m.server)));

/** Whether a node is a master with replicas of its own. */
const leads = (node: FileServer, nodes: readonly FileServer[]): boolean =>
  followsOf(node) === null && nodes.some((n) => n !== node && isFollowing(n, node));

function isFollowing(node: FileServer, other: FileServer): boolean {
  const follows = followsOf(node);
  return follows !== null && isAt(other, follows.host, follows.port, node);
}

/** The monitors of one name; by their masters where each of these has replicas of its own, so that they are several clusters. */
function unrelated(monitors: Monitor[], nodes: readonly FileServer[]): Monitor[][] {
  const byMaster = new Map<FileServer | undefined, Monitor[]>();
  for (const monitor of monitors) {
    const master = monitoredBy([monitor], nodes);
    byMaster.set(master, [...(byMaster.get(master) ?? []), monitor]);
  }
  const masters = [...byMaster.keys()];
  return masters.every((master) => master !== undefined && leads(master, nodes))
    ? [...byMaster.values()]
    : [monitors];
}

/**
 * Data nodes of a compose file that are part of no replication: no sentinel watches them, they follow no other and no
 * other follows them, while each sentinel's master has its replicas here.
 */
export function aloneIn(project: Project): FileServer[] {
  const nodes = nodeFiles(project);
  const sentinels = sentinelFiles(project);
  const monitors = sentinels.flatMap(lastMonitors);
  const isWholeOf = (monitor: Monitor): boolean => {
    const master = monitoredBy([monitor], nodes);
    return master !== undefined && leads(master, nodes);
  };
  if (monitors.length === 0 || !sentinels.every((s) => s.seen) || !monitors.every(isWholeOf)) return [];
  return nodes.filter(
    (node) =>
      node.service !== null &&
      node.service.pod === undefined &&
      node.replicates !== true &&
      followsOf(node) === null &&
      monitoredBy(monitors, [node]) === undefined &&
      !leads(node, nodes),
  );
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
 * How many sentinels a name has: those of the compose file, or of the files that were given, that monitor it or whose
 * configuration could not be read; and no fewer than one of them knows (`known-sentinel`).
 */
function countOf(project: Project, monitors: Monitor[]): number | null {
  const all = sentinelFiles(project);
  if (project.unfollowed.length > 0 || all.some((s) => s.service?.perNode === 'all')) return null;
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
