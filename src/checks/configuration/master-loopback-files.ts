import { isLoopback, isWild, reachesItself } from '../../model/address.js';
import type { RawFinding, Skip } from '../check.js';
import { judgeSentinelFiles } from '../files/judge.js';
import { monitorLines } from '../files/monitor-lines.js';
import { type FileServer, nodeFiles, type Project } from '../files/project.js';
import { hasFarPeers, hasOneNetwork, isOwnHost } from '../files/server-address.js';
import { followsOf, lastOf, monitorsOf, place, portOf, portsOf } from '../files/settings.js';

/** What configuration files show of it. */
export function masterLoopbackFiles(project: Project): RawFinding[] | Skip {
  // A container may have the network of another one, whose servers are at its loopback address.
  const isBeside = (from: FileServer, port: number): boolean =>
    project.servers.some((s) => s !== from && hasOneNetwork(s, from) && portsOf(s).includes(port));
  return judgeSentinelFiles(project, (sentinels) => {
    const monitors = sentinels
      .flatMap(monitorsOf)
      .filter(
        (m) => isWild(m.host) || (isLoopback(m.host) && hasFarPeers(m.server) && !isBeside(m.server, m.port)),
      );
    const replicas = nodeFiles(project).flatMap((node) => {
      const line = lastOf(node, 'replicaof');
      const host = line?.args[0] ?? '';
      return line !== undefined &&
        (isWild(host) || (isLoopback(host) && isOwnHost(node) && !isBeside(node, Number(line.args[1]))))
        ? [{ node, line, host }]
        : [];
    });
    return [
      ...sentinels.flatMap(monitorsOf).flatMap(({ server, name, host, port, at }) =>
        sentToMachine(project, server, host, port)
          ? [
              {
                subject: server.id,
                message: `"sentinel monitor ${name} ${host} ${port}": its extra_hosts make ${host} the address of the machine, where no service is published at ${port}`,
                consequence:
                  'it never reaches the master: there is no failover, and clients that ask it get an address where no server answers',
                fix: [`${server.id}: delete ${host}:host-gateway from its extra_hosts`],
                at,
              },
            ]
          : [],
      ),
      ...monitors.map(({ server, name, host, port, quorum, at }) => ({
        subject: server.id,
        message: `"sentinel monitor ${name} ${host} ${port}": ${monitorSays(server, host)}`,
        fix: monitorLines(server, name, masterHere(project, port) ?? "<the master's address>", port, quorum),
        at,
      })),
      ...replicas.map(({ node, line, host }) => ({
        subject: node.id,
        message: `"replicaof ${line.args.join(' ')}": ${isWild(host) ? `${host} is not an address of a server: the node connects to its own machine` : 'this address is the container itself'}`,
        fix: [`replicaof <the master's address> ${line.args[1] ?? 6379}`],
        at: place(line),
      })),
    ];
  });
}

/** Whether a container was told that a service of its file is at the machine, at a port that leads to none there. */
function sentToMachine(
  { servers, others }: Project,
  { service }: FileServer,
  host: string,
  port: number,
): boolean {
  if (service?.extraHosts?.get(host) !== 'host-gateway') return false;
  const services = [...servers.flatMap((s) => s.service ?? []), ...others];
  const isService = services.some((s) => s.name === host || s.otherNames.includes(host));
  const isPublished = services.some((s) => s.ports.some((p) => p.host === port) || s.networkMode === 'host');
  return isService && !isPublished;
}

/** What is wrong with the address that a sentinel monitors. */
function monitorSays(server: FileServer, host: string): string {
  if (isWild(host))
    return `${host} is not an address of a server: each sentinel reaches its own machine, and clients are sent to ${host}`;
  return isOwnHost(server)
    ? 'this address is the container itself'
    : 'this address is each machine itself, and other members have other addresses';
}

/** The one service that is a master at this port, by its fixed address or its name; else what every replica follows. */
function masterHere(project: Project, port: number): string | null {
  const followed = new Set(
    nodeFiles(project)
      .map(followsOf)
      .flatMap((f) => (f !== null && f.port === port && !reachesItself(f.host) ? [f.host] : [])),
  );
  if (project.compose === null) return followed.size === 1 ? ([...followed][0] ?? null) : null;
  const masters = nodeFiles(project).filter((n) => followsOf(n) === null && portOf(n) === port);
  const service = masters.length === 1 ? masters[0]?.service : null;
  return service?.networks.find((n) => n.address !== null)?.address ?? service?.name ?? null;
}
