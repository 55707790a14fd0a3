import { isIp, isLoopback } from '../../model/address.js';
import type { Check, RawFinding } from '../check.js';
import { merged, noSentinelFile } from '../files/judge.js';
import { settingLine } from '../files/logins.js';
import { isBeforeNames } from '../files/monitor-lines.js';
import { nameToAnnounce } from '../files/monitored-name.js';
import { type FileServer, looseNodes, nodeFiles, type Project, sentinelFiles } from '../files/project.js';
import { hostNamesOf, inSubnet } from '../files/server-address.js';
import { isOwnAddress, isYes, lastOf, monitorsOf, sentinelLine } from '../files/settings.js';
import { containerOf, networkOf } from '../fixes.js';
import { judged, readAll, serversOf } from '../group.js';

export default {
  id: 'dynamic-ip',
  needs: 'gathered',
  severity: 'warning',
  impact: 'risk',
  group: 'network',
  title: 'a container has no fixed address in its network',
  consequence:
    'a stopped container releases its address: it returns under a new one, while the sentinels keep using the old IP, which may now belong to another container',
  explanation:
    'Sentinel identifies servers by address. Docker assigns addresses in the order of starts unless a ' +
    'container asks for one, so after a restart of several containers replicas can swap addresses, and a ' +
    'sentinel finds another server where the master was.',
  remedy: [
    'compose: networks: NAME: ipv4_address: 10.0.0.11 for each node, with a subnet of your own',
    'a container in no network: docker network connect --ip, with its own address',
    'in a swarm: endpoint_mode: dnsrr and a service for each data node, because an overlay network gives no fixed addresses',
    'or announce names (resolve-hostnames and announce-hostnames yes) with a resolver that answers fast for missing names',
  ],
  sources: [
    'https://docs.docker.com/reference/cli/docker/network/connect/',
    'https://github.com/bitnami/bitnami-docker-redis-sentinel/issues/13',
    'measured',
  ],
  causes: [
    'nat-replica',
    'nat-sentinel',
    'ghost-replica',
    'ghost-sentinel',
    'replica-orphan',
    'link-down',
    'no-good-slave',
    'node-down',
    'node-unreachable',
    'sentinel-unreachable',
    'no-sentinel',
    'no-master',
    'master-down',
    'seen-down',
    'replica-missing',
  ],
  live(gathered) {
    const { values, missing } = readAll(serversOf(gathered), (s) => s.life);
    const seen = values.flatMap(({ server, value }): RawFinding[] => {
      if (value.kind !== 'container' || value.addressPinned !== false) return [];
      const [container, network] = [containerOf(gathered, server), networkOf(gathered)];
      const { host } = server.announce;
      const connect = `docker network connect --ip ${host} --alias ${server.id} ${network} ${container}`;
      if (value.networkless === true) {
        return [
          {
            subject: server.id,
            message: 'its container is not connected to a network: no other server can reach it',
            consequence:
              'the other servers call it down; it still runs, and a master that is cut off like this accepts the writes of clients in its own container',
            fix: [connect],
          },
        ];
      }
      return [
        {
          subject: server.id,
          message: `Docker assigned the address of its container and may assign another one`,
          fix: [`docker network disconnect ${network} ${container}`, connect],
        },
      ];
    });
    return judged(seen, missing);
  },
  files(project) {
    if (project.compose === null && project.kube === null)
      return {
        skip: 'needs a compose file or a manifest: it shows how addresses are assigned',
        applies: false,
      };
    const sentinels = sentinelFiles(project).filter((s) => s.seen);
    if (sentinels.length === 0) return noSentinelFile;
    const nodes = nodeFiles(project);
    return merged(
      sentinels.flatMap((server) =>
        monitorsOf(server).flatMap(({ name, host, at }): RawFinding[] => {
          if (isLoopback(host)) return [];
          if (isIp(host) || isOwnAddress(host)) {
            // An address outside this file's networks may be a server outside the file.
            if (
              nodes.some((n) => hostNamesOf(n).includes(host)) ||
              !project.composeSubnets.some((s) => inSubnet(host, s))
            )
              return [];
            return [
              {
                subject: server.id,
                message: `${name} is at ${host}, which is not the ipv4_address of any service: at the next start another container may get it`,
                fix: [`give the master ipv4_address: ${host} in its networks`],
                at,
              },
            ];
          }
          return named(server, host, at, project);
        }),
      ),
    );
  },
} satisfies Check;

/** The other half of announce-hostnames: without it the sentinels learn the replicas by their addresses. */
const announcedNames = (nodes: readonly FileServer[], project: Project): string[] =>
  nodes
    .filter((node) => lastOf(node, 'replica-announce-ip') === undefined)
    .map(
      (node) =>
        `and ${node.id}: ${settingLine(node, `replica-announce-ip ${nameToAnnounce(node, project) ?? node.id}`)}`,
    );

/** What gives the data nodes in pods a name that stays. */
function podNames(nodes: readonly FileServer[], isOld: boolean): string[] {
  const unnamed = nodes.flatMap(({ service }) => (service?.pod?.name === null ? service.pod.workload : []));
  return [
    ...(isOld
      ? ['image: 6.2 or later, with sentinel resolve-hostnames yes, sentinel announce-hostnames yes']
      : []),
    ...[...new Set(unnamed)].map(
      (workload) =>
        `a StatefulSet with a headless Service instead of the ${workload}, whose pods have no names`,
    ),
    'replica-announce-ip, at each data node: the name of its pod in the headless Service',
  ];
}

/** A master that is monitored by its name, whose nodes may get another address. */
function named(
  server: FileServer,
  host: string,
  at: RawFinding['at'] & object,
  project: Project,
): RawFinding[] {
  const isOld = isBeforeNames(server);
  const resolves = isOld || isYes(sentinelLine(server, 'resolve-hostnames')?.args[1]);
  const keepsNames = !isOld && isYes(sentinelLine(server, 'announce-hostnames')?.args[1]);
  const inPods = server.service?.pod !== undefined;
  // A pod may announce the address of a Service, which stays.
  const loose = looseNodes(project).filter((n) => !inPods || !lastOf(n, 'replica-announce-ip'));
  if (!resolves || loose.length === 0) return [];
  const virtual = loose.filter((n) => n.service?.overlay?.virtual);
  const ids = loose.map((n) => n.id).join(', ');
  const copied = loose.filter((n) => n.copies > 1);
  const onePer = copied.map((n) => `${n.id}: a service for each of its ${n.copies} copies`);
  const keep = isOld || keepsNames ? [] : ['sentinel announce-hostnames yes'];
  if (virtual.some(({ service }) => service?.name === host)) {
    const network = virtual[0]?.service?.overlay?.network;
    return [
      {
        subject: server.id,
        message: `${host} is a virtual address (VIP) in the overlay network ${network}: the nodes reach each other through the load balancer of the swarm, and Sentinel learns other addresses than their own`,
        consequence:
          'a sentinel cannot tell the copies of a service apart: after a failover the replicas and the clients are sent to an address that is not the new master',
        fix: [`${virtual.map((n) => n.id).join(', ')}: deploy: {endpoint_mode: dnsrr}`, ...onePer, ...keep],
        at,
      },
    ];
  }
  if (keepsNames) return [];
  const onOverlay = loose.some((n) => n.service?.overlay !== undefined);
  const fixed = `${copied.length > 0 ? 'a service for each copy, and each service ' : ''}an ipv4_address${copied.length > 0 ? '' : ' each'}`;
  const own = onOverlay ? onePer : [`${keep.length > 0 ? 'or ' : ''}give ${ids} ${fixed}`];
  return [
    {
      subject: server.id,
      message: `${host} is resolved once and kept as an address, but ${ids} may get a new address when recreated`,
      fix: [
        ...keep,
        ...(keep.length === 0 || inPods || onOverlay || copied.length > 0
          ? []
          : announcedNames(loose, project)),
        ...(inPods ? podNames(loose, isOld) : own),
        ...(isOld && onOverlay
          ? [
              'image: 6.2 or later, which keeps names (sentinel announce-hostnames yes): an overlay network gives no fixed addresses',
            ]
          : []),
      ],
      at,
    },
  ];
}
