import { isIp, isLoopback } from '../../../model/address.js';
import type { RawFinding } from '../../check.js';
import { isOfficialImage } from '../compose/launch.js';
import { hostNamesOf } from '../groups.js';
import type { FileServer, Project } from '../project.js';
import { nodeFiles, sentinelFiles } from '../project.js';
import { isYes, lastOf, monitorsOf, place, sentinelLine, settingOf } from '../settings.js';
import { isProtected } from './passwords.js';
import { merged, noNodeFile, noSentinelFile, type Rule } from './rule.js';

/** Its default is yes, in a sentinel and in the official images no (sentinel.c, initSentinelConfig; their Dockerfile). */
export const protectedMode: Rule = {
  id: 'protected-mode',
  judge(project) {
    const nodes = nodeFiles(project);
    if (nodes.length === 0) return noNodeFile;
    return merged(
      nodes.flatMap((node): RawFinding[] => {
        const line = lastOf(node, 'protected-mode');
        const byDefault = node.service === null || !isOfficialImage(node.service.image);
        if (isProtected(node) || (line === undefined ? !byDefault : !isYes(line.args[0]))) return [];
        const hosts = lastOf(node, 'bind')?.args ?? [];
        // Without a line it may be a server for this machine alone.
        const open = hosts.some((host) => !isLoopback(host.replace(/^-/, '')));
        if (line === undefined && node.service === null && !open) return [];
        if (line !== undefined && hosts.length > 0 && !open) return [];
        return [
          {
            subject: node.id,
            message: `protected-mode ${line === undefined ? 'is on by default' : 'yes'} and no password: everybody on another host is refused (-DENIED)`,
            fix: [
              'requirepass <a password>, and the same as masterauth and in each sentinel’s auth-pass',
              'or, where the network is closed: protected-mode no',
            ],
            at: line === undefined ? node.at : place(line),
          },
        ];
      }),
    );
  },
};

/** Data nodes of a compose file that get another address whenever they are made anew. */
export const looseNodes = (project: Project): FileServer[] =>
  nodeFiles(project).filter((n) => n.service?.networks.every((net) => net.address === null) ?? false);

export const dynamicIp: Rule = {
  id: 'dynamic-ip',
  judge(project) {
    if (project.compose === null)
      return { skip: 'needs a compose file: only that tells what gives addresses' };
    const sentinels = sentinelFiles(project).filter((s) => s.seen);
    if (sentinels.length === 0) return noSentinelFile;
    const nodes = nodeFiles(project);
    return merged(
      sentinels.flatMap((server) =>
        monitorsOf(server).flatMap(({ name, host, at }): RawFinding[] => {
          if (isLoopback(host)) return [];
          if (isIp(host)) {
            // An address that is none of this file's networks may be anybody's.
            if (
              nodes.some((n) => hostNamesOf(n).includes(host)) ||
              !project.composeSubnets.some((s) => inSubnet(host, s))
            )
              return [];
            return [
              {
                subject: server.id,
                message: `${name} is at ${host}, which no service has as its ipv4_address: the next start may give it to another`,
                fix: [`give the master ipv4_address: ${host} in its networks`],
                at,
              },
            ];
          }
          const resolves = isYes(sentinelLine(server, 'resolve-hostnames')?.args[1]);
          const keepsNames = isYes(sentinelLine(server, 'announce-hostnames')?.args[1]);
          const loose = looseNodes(project);
          if (!resolves || keepsNames || loose.length === 0) return [];
          return [
            {
              subject: server.id,
              message: `${host} is looked up and kept as an address, and ${loose.map((n) => n.id).join(', ')} get another one whenever they are made anew`,
              fix: [
                'sentinel announce-hostnames yes',
                `or give ${loose.map((n) => n.id).join(', ')} an ipv4_address each`,
              ],
              at,
            },
          ];
        }),
      ),
    );
  },
};

/** IPv4 only: `172.28.0.10` in `172.28.0.0/16`. */
function inSubnet(host: string, subnet: string): boolean {
  const [base = '', bits] = subnet.split('/');
  const number = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const size = 2 ** (32 - Number(bits));
  return (
    !host.includes(':') &&
    !base.includes(':') &&
    Math.floor(number(host) / size) === Math.floor(number(base) / size)
  );
}

/** Linux's own range for outgoing connections (ip_local_port_range by default). */
const EPHEMERAL = [32_768, 60_999] as const;
const isEphemeral = (port: number): boolean => port >= EPHEMERAL[0] && port <= EPHEMERAL[1];

export const ephemeralPort: Rule = {
  id: 'ephemeral-port',
  judge(project) {
    return project.servers.flatMap((server): RawFinding[] => {
      const { service } = server;
      const line = lastOf(server, 'port');
      // A container's own port is alone in its network; what is published is the machine's.
      const published = service?.ports.find((p) => p.host !== null && isEphemeral(p.host));
      const own =
        service === null || service.networkMode === 'host' ? Number(settingOf(server, 'port')) : Number.NaN;
      const port = published?.host ?? (isEphemeral(own) ? own : null);
      if (port === null) return [];
      return [
        {
          subject: server.id,
          message: `port ${port} is one that the system gives to outgoing connections (${EPHEMERAL.join('–')}): it may be taken when the server starts`,
          fix: [
            published === undefined
              ? `port ${server.kind === 'sentinel' ? 26379 : 6379}`
              : `${server.id}: publish it as a port below ${EPHEMERAL[0]}`,
          ],
          at:
            published === undefined && line
              ? place(line)
              : { file: server.at.file, line: published?.line ?? server.at.line },
        },
      ];
    });
  },
};
