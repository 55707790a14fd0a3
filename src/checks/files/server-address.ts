import { isIp, isLoopback } from '../../model/address.js';
import { type FileServer, lower, placesOf } from './project.js';
import { followsOf, isOwnAddress, lastOf, monitorsOf, portsOf, sentinelLine, settingOf } from './settings.js';

/**
 * Whether a server is what another one means by an address: by its service's names and addresses, or what it announces
 * or binds. A loopback address means the machine of the one that says it.
 */
export function isAt(server: FileServer, host: string, port: number, from: FileServer): boolean {
  // What it announces has a port of its own, which may be one of its machine.
  const announced = announcedPort(server, host);
  if (announced !== null) return announced === port;
  if (!portsOf(server).includes(port)) return false;
  // The loopback addresses of a machine are not those of a container that has a network of its own.
  if (isLoopback(host) && server.host?.name !== from.host?.name) return false;
  const isHere = isOnePod(server, from);
  const hasContainers = server.service !== null && from.service !== null;
  if (isLoopback(host) && !isHere && hasContainers && isApart(server, from)) return false;
  return (
    hostNamesOf(server).map(lower).includes(lower(host)) ||
    (isOwnAddress(host) && isHere) ||
    (isLoopback(host) && hasOneNetwork(server, from))
  );
}

/** The port that a container announces with an address that is none of its own names; null where it announces no such. */
function announcedPort(server: FileServer, host: string): number | null {
  const isSentinel = server.kind === 'sentinel';
  const [ip, port] = isSentinel
    ? ['announce-ip', 'announce-port'].map((what) => sentinelLine(server, what)?.args[1])
    : ['replica-announce-ip', 'replica-announce-port'].map((what) => settingOf(server, what));
  return server.service !== null && ip === host && Number(port) > 0 && !placesOf(server).includes(host)
    ? Number(port)
    : null;
}

const isOnePod = ({ service: one }: FileServer, { service: other }: FileServer): boolean =>
  one?.pod?.name != null && one.pod.workload === other?.pod?.workload && one.pod.name === other.pod.name;

/** Whether two containers have one network of their own, or the machine's: one is at the other's loopback address. */
export const hasOneNetwork = (a: FileServer, b: FileServer): boolean =>
  a.service !== null && b.service !== null && a.service.pod === undefined && !isApart(a, b);

const isApart = (a: FileServer, b: FileServer): boolean => networkOf(a) !== networkOf(b);

/** `network_mode: service:NAME` is the network of that service. */
const networkOf = ({ service, id }: FileServer): string =>
  /^host$/.test(service?.networkMode ?? '')
    ? '(the machine)'
    : (/^(?:service|container):(.*)$/.exec(service?.networkMode ?? '')?.[1] ?? service?.name ?? id);

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
