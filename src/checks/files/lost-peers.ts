import { isIp, isLoopback } from '../../model/address.js';
import { listed } from '../../model/words.js';
import type { RawFinding } from '../check.js';
import type { Service } from './compose/service.js';
import { fileGroups } from './groups.js';
import { nameIn, namesOf, servicesOf } from './known-names.js';
import { labelsText, selects } from './kube/objects.js';
import { type FileServer, lower, type Project, placesOf } from './project.js';
import { hostNamesOf } from './server-address.js';
import { followsOf, lastOf, monitorsOf, place, portsOf, settingOf } from './settings.js';

/** What a server is told to connect to as the master. */
interface Told {
  from: FileServer;
  host: string;
  port: number;
  at: { file: string; line: number };
  /** The line with other values. */
  line: (host: string, port: number) => string;
}

/**
 * Addresses of a master that lead to no server: a port on which it does not listen, a name of another network, or of
 * none. In a compose file only where all networks are its own, so that nothing else answers.
 */
export const lostPeers = (project: Project): RawFinding[] =>
  project.servers.some(({ seen }) => !seen)
    ? []
    : fileGroups(project).flatMap(({ nodes, monitors, master }) =>
        master === undefined
          ? []
          : [...nodes, ...monitors.map((m) => m.server)].flatMap(toldTo).flatMap((told): RawFinding[] => {
              const why = whyLost(told, master, project);
              return why === null ? [] : [{ subject: told.from.id, ...why, at: told.at }];
            }),
      );

function toldTo(from: FileServer): Told[] {
  const replicaof = lastOf(from, 'replicaof');
  const follows = replicaof?.open === true ? null : followsOf(from);
  return [
    ...(follows === null || replicaof === undefined
      ? []
      : [{ from, ...follows, at: place(replicaof), line: (h: string, p: number) => `replicaof ${h} ${p}` }]),
    ...monitorsOf(from).map(({ name, host, port, quorum, at }) => ({
      from,
      host,
      port,
      at,
      line: (h: string, p: number) => `sentinel monitor ${name} ${h} ${p} ${quorum}`,
    })),
  ];
}

type Why = Pick<RawFinding, 'message' | 'fix'>;

function whyLost(told: Told, master: FileServer, project: Project): Why | null {
  const { service, host } = told.from;
  if (service === null)
    return host?.others === true && hasListener(told, project)
      ? wrongPort(told, at(told.host, project))
      : null;
  if (service.pod !== undefined) return lostPod(told, project);
  return service.bridged === true ? lostInCompose(told, service, master, project) : null;
}

const at = (host: string, { servers }: Project): FileServer[] =>
  isLoopback(host) ? [] : servers.filter((s) => hostNamesOf(s).includes(host));

/** Whether others know the master there by a port on which it listens: else something may forward the port of the machine. */
const hasListener = ({ host }: Told, project: Project): boolean =>
  project.servers
    .flatMap(toldTo)
    .some((other) => other.host === host && at(host, project).some((s) => portsOf(s).includes(other.port)));

function lostInCompose(told: Told, own: Service, master: FileServer, project: Project): Why | null {
  const host = lower(told.host);
  const named = servicesOf(project).filter((s) => namesOf(s).includes(host));
  if ([...(own.extraHosts?.keys() ?? [])].map(lower).includes(host)) return null;
  if (nameIn(project, told.from, host, told.port) === 'lost') return unknownName(told, own, master);
  if (named.length === 0) return null;
  if (named.some((s) => s.bridged !== true)) return null;
  if (named.every((s) => !netsOf(s).some((net) => netsOf(own).includes(net)))) {
    if (own.closed !== true) return null;
    const [first] = named;
    return {
      message: `${told.host} does not resolve in its network ${listed(netsOf(own))}: ${first?.name} is in ${listed(first === undefined ? [] : netsOf(first))}`,
      fix: [
        `${own.name}: networks: [${[...netsOf(own), ...(first === undefined ? [] : netsOf(first))].join(', ')}]`,
      ],
    };
  }
  const servers = project.servers.filter((s) => placesOf(s).map(lower).includes(host));
  // A container that shares its network may listen there.
  const isShared = servicesOf(project).some((s) =>
    named.some(({ name }) => s.networkMode === `service:${name}`),
  );
  return servers.length < named.length || isShared ? null : wrongPort(told, servers);
}

/** Where none of the servers that an address leads to has its port. */
function wrongPort({ host, port, line }: Told, servers: readonly FileServer[]): Why | null {
  const nodes = servers.filter(({ kind }) => kind === 'redis');
  const [node, ...others] = nodes;
  const isThere = servers.some(
    (s) => portsOf(s).includes(port) || settingOf(s, 'replica-announce-port') === `${port}`,
  );
  const ports = node === undefined ? [] : portsOf(node);
  if (isThere || node === undefined || others.length > 0 || !ports.every(Number.isInteger)) return null;
  return {
    message: `${host}:${port} leads to ${node.id}, which listens on ${listed(ports.map(String))}`,
    fix: [line(host, ports[0] ?? 6379)],
  };
}

/** A pod has a name under the Service that its StatefulSet names, and under no other. */
function lostPod(told: Told, { kube, servers }: Project): Why | null {
  const [pod = '', under = '', namespace = ''] = told.host.split('.');
  const sets = (kube?.workloads ?? []).filter((w) => w.kind === 'StatefulSet' && w.governing !== null);
  const services = kube?.services ?? [];
  // `NAME.NAMESPACE` is a Service, which may be in a manifest that was not given.
  const mayBeService =
    namespace === 'svc' || services.length === 0 || services.some(({ name }) => name === pod);
  if (under === '' || mayBeService || sets.some(({ prefix }) => prefix !== '') || /[$<{(]/.test(told.host))
    return null;
  const podsOf = ({ name, replicas, firstOrdinal }: (typeof sets)[number]): string[] =>
    Array.from({ length: replicas }, (_, i) => `${name}-${firstOrdinal + i}`);
  const governed = sets.filter((w) => w.governing === under);
  const [set] = governed;
  const rest = namespace === '' ? '' : told.host.slice(`${pod}.${under}`.length);
  if (set !== undefined && !governed.some((w) => podsOf(w).includes(pod)))
    return {
      message: `${told.host} does not resolve: the pods of StatefulSet ${set.name} are ${listed(podsOf(set))}`,
      fix: [told.line(`${podsOf(set)[0]}.${under}${rest}`, told.port)],
    };
  const service = services.find((s) => s.name === under && s.site === set?.site);
  if (set !== undefined && service !== undefined && !selects(service.selector, set.labels))
    return {
      message: `${told.host} does not resolve: the selector of Service ${under}, ${labelsText(service.selector)}, matches no pod of StatefulSet ${set.name}`,
      fix: [`Service ${under}: selector: ${labelsText(set.labels)}`],
    };
  const own = sets.find((w) => podsOf(w).includes(pod));
  if (set === undefined && own !== undefined)
    return {
      message: `${told.host} does not resolve: StatefulSet ${own.name} has serviceName ${own.governing}, and its pods have names under that Service alone`,
      fix: [told.line(`${pod}.${own.governing}${rest}`, told.port)],
    };
  return wrongPort(
    told,
    servers.filter(({ service }) => service?.pod?.name === pod),
  );
}

function unknownName({ host, from, line }: Told, own: Service, master: FileServer): Why | null {
  const name = master.service?.name;
  if (name === undefined || master === from) return null;
  return {
    message: `no service has the name ${host}, and only the services of this file are in its network ${listed(netsOf(own))}`,
    fix: [line(name, portsOf(master)[0] ?? 6379)],
  };
}

const netsOf = ({ networks }: Service): string[] =>
  networks.length === 0 ? ['default'] : networks.map(({ name }) => name);

/** Masters' addresses that lead to a server of which no file was given, or that may do so. */
export const unknownPeers = (project: Project): string[] => [
  ...unknownMachines(project),
  ...namesElsewhere(project),
  ...forwardedPorts(project),
  ...withoutService(project),
];

/** Names of pods under a Service that the manifests do not have. */
function withoutService({ kube, servers }: Project): string[] {
  const sets = (kube?.workloads ?? []).filter(({ kind }) => kind === 'StatefulSet');
  const told = servers.flatMap(toldTo).flatMap(({ host }) => {
    const [pod = '', under = ''] = host.split('.');
    return sets.some((w) => w.governing === under && pod.startsWith(`${w.name}-`)) ? [under] : [];
  });
  return [...new Set(told)]
    .filter((name) => kube?.services.every((s) => s.name !== name))
    .map(
      (name) =>
        `Service ${name}, under which the pods have their names, is not in these files: whether it selects them is not judged`,
    );
}

/** Ports of other machines that all servers name, and on which the master there does not listen. */
function forwardedPorts(project: Project): string[] {
  const told = project.servers
    .filter(({ service, host }) => service === null && host?.others === true)
    .flatMap(toldTo)
    .filter((one) => !hasListener(one, project) && wrongPort(one, at(one.host, project)) !== null);
  return [...new Set(told.map(({ host, port }) => `${host}:${port}`))].map(
    (address) =>
      `${listed(told.filter(({ host, port }) => `${host}:${port}` === address).map(({ from }) => from.id))}: the master is at ${address}, where no server listens by these files: whether that port is forwarded is not judged`,
  );
}

/** Names that no service of a compose file has, where its containers may resolve others too. */
function namesElsewhere(project: Project): string[] {
  const unknown = project.servers
    .flatMap(toldTo)
    .filter(
      ({ from, host, port }) =>
        from.service?.bridged === true && nameIn(project, from, host, port) === 'open',
    );
  if (project.unread.length > 0 || !project.servers.some(({ kind }) => kind === 'redis')) return [];
  return [...new Set(unknown.map(({ host }) => host))].map(
    (host) =>
      `${listed([...new Set(unknown.filter((one) => one.host === host).map(({ from }) => from.id))])}: the master is at ${host}, a name that no service of this file has: whether the master is there is not judged`,
  );
}

/** Machines of which no file was given, where the files of all other machines are named by their addresses. */
function unknownMachines({ servers }: Project): string[] {
  const areNamed = servers.every(
    ({ service, host }) => service === null && host?.others === true && isIp(host.name),
  );
  if (!areNamed || !servers.some(({ kind }) => kind === 'redis')) return [];
  const lost = servers
    .flatMap(toldTo)
    .filter(
      ({ host }) => isIp(host) && !isLoopback(host) && !servers.some((s) => hostNamesOf(s).includes(host)),
    );
  return [...new Set(lost.map(({ host }) => host))].map(
    (host) =>
      `${listed(lost.filter((one) => one.host === host).map(({ from }) => from.id))}: the master is at ${host} here, and no file of ${host} was given: whether it is there is not judged`,
  );
}
