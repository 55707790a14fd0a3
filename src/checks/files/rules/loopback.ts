import { isIp, isLoopback } from '../../../model/address.js';
import type { FileServer } from '../project.js';
import { nodeFiles, sentinelFiles } from '../project.js';
import { followsOf, lastOf, monitorsOf, place, sentinelLine } from '../settings.js';
import { merged, noSentinelFile, type Rule } from './rule.js';

/** A container is a host of its own, unless it has the machine's network or another's. */
const isOwnHost = (server: FileServer): boolean =>
  server.service !== null && !/^(host|service:|container:)/.test(server.service.networkMode ?? '');

/** Whether what it speaks of is on other hosts. */
function hasFarPeers(server: FileServer): boolean {
  if (isOwnHost(server)) return true;
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

export const bindLoopback: Rule = {
  id: 'bind-loopback',
  judge(project) {
    const servers = project.servers.filter((s) => s.seen);
    return merged(
      servers.flatMap((server) => {
        const bind = lastOf(server, 'bind');
        // A leading "-" only says that a missing address is no error.
        if (bind === undefined || !bind.args.every((host) => isLoopback(host.replace(/^-/, '')))) return [];
        if (!hasFarPeers(server)) return [];
        const where = isOwnHost(server)
          ? 'in a container nobody else reaches it'
          : 'what it speaks of is on other hosts';
        return [
          {
            subject: server.id,
            message: `bind ${bind.args.join(' ')}: ${where}`,
            fix: [isOwnHost(server) ? 'bind 0.0.0.0' : `bind 127.0.0.1 <the address of this machine>`],
            at: place(bind),
          },
        ];
      }),
    );
  },
};

export const masterLoopback: Rule = {
  id: 'master-loopback',
  judge(project) {
    const sentinels = sentinelFiles(project).filter((s) => s.seen);
    if (sentinels.length === 0) return noSentinelFile;
    const monitors = sentinels.flatMap(monitorsOf).filter((m) => isLoopback(m.host) && hasFarPeers(m.server));
    const replicas = nodeFiles(project).flatMap((node) => {
      const line = lastOf(node, 'replicaof');
      return line !== undefined && isLoopback(line.args[0] ?? '') && isOwnHost(node) ? [{ node, line }] : [];
    });
    return merged([
      ...monitors.map(({ server, name, host, port, quorum, at }) => ({
        subject: server.id,
        message: `"sentinel monitor ${name} ${host} ${port}": that is ${isOwnHost(server) ? 'the container itself' : 'each machine itself, and the others are elsewhere'}`,
        fix: [`sentinel monitor ${name} <the master's address> ${port} ${quorum}`],
        at,
      })),
      ...replicas.map(({ node, line }) => ({
        subject: node.id,
        message: `"replicaof ${line.args.join(' ')}": that is the container itself`,
        fix: [`replicaof <the master's address> ${line.args[1] ?? 6379}`],
        at: place(line),
      })),
    ]);
  },
};
