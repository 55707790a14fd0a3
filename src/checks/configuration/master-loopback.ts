import type { Address } from '../../model/address.js';
import { formatAddress, isLoopback, isWild, reachesItself } from '../../model/address.js';
import { cli } from '../../model/hints.js';
import type { Check, RawFinding } from '../check.js';
import { addressIn } from '../evidence.js';
import { judgeSentinelFiles } from '../files/judge.js';
import { monitorLines } from '../files/monitor-lines.js';
import { type FileServer, nodeFiles, type Project } from '../files/project.js';
import { hasFarPeers, hasOneNetwork, isOwnHost } from '../files/server-address.js';
import { followsOf, lastOf, monitorsOf, place, portOf, portsOf } from '../files/settings.js';
import { monitorLike } from '../fixes.js';
import { type Group, isThere } from '../group.js';
import { judgeViews } from '../sentinels.js';

/** The master's address that others can use: another sentinel's, or the one that a replica follows. */
function realAddress({ views, nodes }: Group, port: number): Address {
  const named = views.flatMap(({ master }) => addressIn(master.fields) ?? []);
  const followed = nodes.flatMap((n) =>
    n.role.ok && n.role.value.follows !== null ? [n.role.value.follows] : [],
  );
  return [...named, ...followed].find((a) => !isLoopback(a.host)) ?? { host: '<the master’s address>', port };
}

export default {
  id: 'master-loopback',
  needs: 'gathered',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'names',
  title: 'the master is monitored at an address that means another machine to each sentinel',
  consequence:
    'each sentinel monitors its own machine under that address, and clients that ask it are sent to their own machine',
  explanation:
    'Sentinel gives the address in its sentinel monitor line to clients, replicas and the other sentinels. A ' +
    'loopback address means a different machine to each of them, and so does 0.0.0.0 or ::, which only bind takes.',
  remedy: [
    'SENTINEL REMOVE NAME and SENTINEL MONITOR NAME with an address of the master that every machine can reach',
  ],
  sources: ['https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel/'],
  causes: [
    'monitor-replica',
    'no-master',
    'no-quorum',
    'master-disagree',
    'replica-orphan',
    'nat-client',
    'no-good-slave',
    'node-down',
    'node-unreachable',
  ],
  live: (gathered) =>
    judgeViews(gathered, (group) => {
      const members = [
        ...gathered.sentinels.filter(isThere).map((s) => s.announce.host),
        ...group.nodes.filter(isThere).map((n) => n.announce.host),
      ];
      if (members.every(reachesItself)) return [];
      return group.views.flatMap(({ sentinel, master }): RawFinding[] => {
        const address = addressIn(master.fields);
        if (address === null || !isLoopback(address.host)) return [];
        const real = realAddress(group, address.port);
        return [
          {
            subject: sentinel.id,
            servers: [formatAddress(address)],
            message: `monitors ${group.name} at ${address.host}:${address.port}; others of the cluster are at ${[...new Set(members.filter((h) => !reachesItself(h)))].join(', ')}`,
            fix: [
              cli(sentinel, `SENTINEL REMOVE ${group.name}`),
              ...monitorLike(sentinel, group.name, real, master),
            ],
          },
        ];
      });
    }),
  files(project) {
    // A container may have the network of another one, whose servers are at its loopback address.
    const isBeside = (from: FileServer, port: number): boolean =>
      project.servers.some((s) => s !== from && hasOneNetwork(s, from) && portsOf(s).includes(port));
    return judgeSentinelFiles(project, (sentinels) => {
      const monitors = sentinels
        .flatMap(monitorsOf)
        .filter(
          (m) =>
            isWild(m.host) || (isLoopback(m.host) && hasFarPeers(m.server) && !isBeside(m.server, m.port)),
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
                    'it never reaches the master: there is no failover, and clients that ask it get an address at which nothing answers',
                  fix: [`${server.id}: delete ${host}:host-gateway from its extra_hosts`],
                  at,
                },
              ]
            : [],
        ),
        ...monitors.map(({ server, name, host, port, quorum, at }) => ({
          subject: server.id,
          message: `"sentinel monitor ${name} ${host} ${port}": ${monitorSays(server, host)}`,
          fix: monitorLines(
            server,
            name,
            masterHere(project, port) ?? "<the master's address>",
            port,
            quorum,
          ),
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
  },
} satisfies Check;

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
