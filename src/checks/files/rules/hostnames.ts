import { isIp } from '../../../model/address.js';
import type { FileServer, Project } from '../project.js';
import { nodeFiles, sentinelFiles } from '../project.js';
import { allOf, isYes, lastOf, monitorsOf, place, sentinelLine } from '../settings.js';
import { looseNodes } from './network.js';
import { merged, noSentinelFile, type Rule } from './rule.js';

const serviceAt = (project: Project, host: string): { pinned: string | null } | undefined => {
  const services = [...project.servers.flatMap((s) => s.service ?? []), ...project.others];
  const found = services.find(
    (s) => s.name === host || s.otherNames.includes(host) || s.networks.some((n) => n.aliases.includes(host)),
  );
  return found && { pinned: found.networks.find((n) => n.address !== null)?.address ?? null };
};

/**
 * What makes it resolve names. In a compose file without fixed addresses it has to keep the names as well (an address
 * that was looked up once goes stale), and then the data nodes have to be announced by theirs.
 */
function resolvingFix(project: Project, server: FileServer): string[] {
  const resolve = 'sentinel resolve-hostnames yes';
  const loose = looseNodes(project);
  const unannounced = loose.filter((n) => lastOf(n, 'replica-announce-ip') === undefined);
  const keeps = isYes(sentinelLine(server, 'announce-hostnames')?.args[1]);
  if (keeps || loose.length === 0) return [resolve];
  return [
    resolve,
    'sentinel announce-hostnames yes',
    ...unannounced.map((n) => `${n.id}: replica-announce-ip ${n.service?.name ?? n.id}`),
    `or instead of all that: ipv4_address for ${loose.map((n) => n.id).join(', ')}, and the master's in the sentinel monitor line`,
  ];
}

export const hostnameNoresolve: Rule = {
  id: 'hostname-noresolve',
  judge(project) {
    const sentinels = sentinelFiles(project).filter((s) => s.seen);
    if (sentinels.length === 0) return noSentinelFile;
    const named = sentinels
      .filter((s) => !isYes(sentinelLine(s, 'resolve-hostnames')?.args[1]))
      .flatMap(monitorsOf)
      .filter((m) => !isIp(m.host));
    return merged(
      named.map(({ server, name, host, port, quorum, at }) => {
        const service = serviceAt(project, host);
        const known = project.compose === null || service !== undefined;
        const pinned = service?.pinned ?? null;
        return {
          subject: server.id,
          message: `"sentinel monitor ${name} ${host} ${port} ${quorum}" names a host${known ? '' : ' that is no service of this file'}, and resolve-hostnames is not on: a sentinel exits at start`,
          fix:
            pinned === null
              ? resolvingFix(project, server)
              : [`sentinel monitor ${name} ${pinned} ${port} ${quorum}`],
          at,
        };
      }),
    );
  },
};

export const hostnameSlowDns: Rule = {
  id: 'hostname-slow-dns',
  judge(project) {
    const sentinels = sentinelFiles(project).filter((s) => s.seen);
    if (sentinels.length === 0) return noSentinelFile;
    const resolving = sentinels.filter((s) => isYes(sentinelLine(s, 'resolve-hostnames')?.args[1]));
    return merged(
      resolving.flatMap(monitorsOf).flatMap(({ server, name, host, port, quorum, at }) => {
        if (isIp(host) || serviceAt(project, host) === undefined) return [];
        return [
          {
            subject: server.id,
            severity: 'info' as const,
            message: `${host} has no name while its container is stopped; how long looking it up takes then, a file does not tell`,
            fix: [
              `give ${host} a fixed address (networks: … ipv4_address:) and write: sentinel monitor ${name} <that address> ${port} ${quorum}`,
            ],
            at,
          },
        ];
      }),
    );
  },
};

export const hostnameMixed: Rule = {
  id: 'hostname-mixed',
  judge(project) {
    const sentinels = sentinelFiles(project).filter((s) => s.seen);
    if (sentinels.length === 0) return noSentinelFile;
    const announced = [
      ...sentinels.flatMap((s) => ({ server: s, line: sentinelLine(s, 'announce-ip'), host: 1 })),
      ...nodeFiles(project).flatMap((n) => ({ server: n, line: lastOf(n, 'replica-announce-ip'), host: 0 })),
    ].flatMap(({ server, line, host }) => {
      const value = line?.args[host];
      return line === undefined || value === undefined ? [] : [{ server, line, value }];
    });
    const byName = sentinels.some((s) => isYes(sentinelLine(s, 'announce-hostnames')?.args[1]));
    const names = announced.filter((a) => !isIp(a.value));
    const addresses = announced.filter((a) => isIp(a.value));
    // Names are announced by some only: the others are known by their addresses.
    const nodes = nodeFiles(project).filter((n) => allOf(n, 'replica-announce-ip').length === 0);
    if (names.length > 0 && (addresses.length > 0 || !byName)) {
      const [first] = addresses.length > 0 ? addresses : names;
      if (first === undefined) return [];
      const told = addresses.length > 0 ? addresses : names;
      return [
        {
          subject: told.map((a) => a.server.id).join(', '),
          message:
            addresses.length > 0
              ? `${names[0]?.value} is announced by name, ${first.value} by address`
              : `${first.value} is announced by name, and no sentinel has announce-hostnames on`,
          fix:
            addresses.length > 0
              ? addresses.map((a) => `${a.server.id}: announce its name instead of ${a.value}`)
              : ['sentinel resolve-hostnames yes', 'sentinel announce-hostnames yes'],
          at: place(first.line),
        },
      ];
    }
    if (!byName || nodes.length === 0) return [];
    return merged(
      nodes.map((n) => ({
        subject: n.id,
        message:
          'announce-hostnames is on, and this node has no replica-announce-ip: it is known by its address',
        fix: [`replica-announce-ip ${n.service?.name ?? '<its host name>'}`],
        at: n.at,
      })),
    );
  },
};
