import { isIp, isLoopback } from '../../model/address.js';
import type { RawFinding, Skip } from '../check.js';
import { isOlderRedis } from '../files/compose/images.js';
import { judgeServerFiles } from '../files/judge.js';
import type { FileServer, Project } from '../files/project.js';
import { hasFarPeers, isOwnHost } from '../files/server-address.js';
import { lastOf, monitorsOf, place } from '../files/settings.js';

/** What configuration files show of it. */
export const bindLoopbackFiles = (project: Project): RawFinding[] | Skip =>
  judgeServerFiles(project, (server) => [...listensInside(server), ...connectsFrom(server)]);

/** With a leading "-" the server also starts if it does not have that address. */
const withoutSign = (host: string): string => host.replace(/^-/, '');

function listensInside(server: FileServer): RawFinding[] {
  if (!server.seen) return [];
  const bind = lastOf(server, 'bind');
  if (bind === undefined || !bind.args.every((host) => isLoopback(withoutSign(host)))) return [];
  if (!hasFarPeers(server)) return [];
  const where = isOwnHost(server)
    ? 'in a container no other server can reach it'
    : server.host?.others === true
      ? 'the others are on other machines'
      : 'its configuration names other hosts';
  return [
    {
      subject: server.id,
      message: `bind ${bind.args.join(' ')}: ${where}`,
      fix: [isOwnHost(server) ? 'bind 0.0.0.0' : `bind 127.0.0.1 <the address of this machine>`],
      at: place(bind),
    },
  ];
}

const isV6 = (host: string): boolean => host.includes(':');

/**
 * Before Redis 7.0 a sentinel connects from the first address of `bind` (sentinel.c, redisAsyncConnectBind with
 * NET_FIRST_BIND_ADDR): from loopback to no other machine, and from the other family to none at all. A replica tries
 * again without it.
 */
function connectsFrom(server: FileServer): RawFinding[] {
  const bind = lastOf(server, 'bind');
  const [first = '', ...others] = bind?.args.map(withoutSign) ?? [];
  const far = monitorsOf(server).find(({ host }) => isIp(host) && !isLoopback(host));
  if (server.kind !== 'sentinel' || bind === undefined || far === undefined || !isIp(first)) return [];
  const better = others.find((host) => isIp(host) && !isLoopback(host) && isV6(host) === isV6(far.host));
  const isOther = isV6(first) !== isV6(far.host);
  if (better === undefined || !(isOther || isLoopback(first))) return [];
  const why = isOther
    ? `and ${far.host} is an address of the other family`
    : `and from there reaches no other machine, as ${far.host}`;
  const right = [better, ...bind.args.filter((host) => withoutSign(host) !== better)];
  const isOld = isOlderRedis(server.service?.image ?? null, '7.0.0');
  // Where its release is not known it may be a later one, for which this is right.
  if (!isOld && server.service?.image != null) return [];
  return [
    {
      subject: server.id,
      ...(!isOld && { severity: 'info', impact: 'none' }),
      message: `before Redis 7.0 a sentinel connects from the first address of bind, ${first}, ${why}`,
      consequence: 'it finds no master, no replica and no other sentinel: no failover can begin',
      fix: [`bind ${right.join(' ')}`],
      at: place(bind),
    },
  ];
}
