import { isIp } from '../../model/address.js';
import type { RawFinding } from '../check.js';
import { fileGroups } from './groups.js';
import { type FileServer, lower, nodeFiles, type Project, placesOf } from './project.js';
import { isAt } from './server-address.js';
import { isYes, lastOf, type Monitor, monitorsOf, place, sentinelLine, settingOf } from './settings.js';

/** A name that can be announced as it stands: no address, and nothing that is filled in later. */
const isName = (host: string): boolean => !isIp(host) && /^[\w.-]+$/.test(host) && !/^localhost$/i.test(host);

/** The data node that a sentinel monitors by a name of that node alone. */
function monitoredByName({ host, port, server }: Monitor, project: Project): FileServer | undefined {
  if (!isName(host)) return undefined;
  const at = nodeFiles(project).filter((node) => isAt(node, host, port, server));
  return at.length === 1 && at[0]?.copies === 1 ? at[0] : undefined;
}

/**
 * The name that a data node is to announce: the one that the sentinels monitor it by, because they keep a second name of
 * it as a second server (sentinel.c, sentinelRedisInstanceLookupSlave); for the others a name of the same kind.
 */
export function nameToAnnounce(node: FileServer, project: Project): string | undefined {
  const group = fileGroups(project).find(({ nodes }) => nodes.includes(node));
  const known = (group?.monitors ?? []).flatMap((monitor) => {
    const master = monitoredByName(monitor, project);
    return master === undefined ? [] : [{ master, host: monitor.host }];
  });
  const own = known.find(({ master }) => master === node);
  const alike = known.flatMap(({ master, host }) => likeNameOf(master, host, node) ?? []);
  return own?.host ?? alike[0] ?? node.service?.name ?? node.host?.name;
}

/** `redis-1.db.ns.svc` where the master is monitored as `redis-0.db.ns.svc`. */
function likeNameOf(master: FileServer, host: string, node: FileServer): string | undefined {
  const [own, theirs] = [placesOf(node), placesOf(master)];
  if (host.includes('.'))
    return own.find((name) => isName(name) && lower(domainOf(name)) === lower(domainOf(host)));
  return own.length === theirs.length ? own[theirs.map(lower).indexOf(lower(host))] : undefined;
}

const domainOf = (name: string): string => (name.includes('.') ? name.slice(name.indexOf('.')) : '');

/** Data nodes that announce another name than the one by which sentinels that keep names monitor them. */
export function announcedOtherwise(project: Project, sentinels: readonly FileServer[]): RawFinding[] {
  const naming = sentinels.filter((s) => isYes(sentinelLine(s, 'announce-hostnames')?.args[1]));
  return naming.flatMap(monitorsOf).flatMap((monitor): RawFinding[] => {
    const node = monitoredByName(monitor, project);
    const line = node && lastOf(node, 'replica-announce-ip');
    const name = line?.args[0] ?? '';
    if (node === undefined || line === undefined || line.open === true || !isName(name)) return [];
    if (lower(name) === lower(monitor.host)) return [];
    return [
      {
        subject: node.id,
        severity: 'critical',
        impact: 'at-risk',
        message: `${node.id} announces ${name}, and the sentinels monitor it as ${monitor.host}: two names of one server are two servers to them`,
        consequence: TWICE,
        fix: [node, ...nodeFiles(project)].flatMap((one, i, all) => oneName(one, i, all, project)),
        at: place(line),
      },
    ];
  });
}

/** What each node of the group is to announce instead, in the kind of name that is monitored. */
function oneName(node: FileServer, i: number, all: readonly FileServer[], project: Project): string[] {
  const said = settingOf(node, 'replica-announce-ip');
  const name = nameToAnnounce(node, project);
  if (all.indexOf(node) !== i || said === undefined || !isName(said) || name === undefined) return [];
  return lower(said) === lower(name) ? [] : [`${node.id}: replica-announce-ip ${name}`];
}

/** What two addresses of the first master lead to, in sentinels that monitor it by name. */
export const TWICE =
  'after a failover the sentinels list the old master twice; the next failover promotes it and makes it a replica of itself: no node accepts writes (measured)';
