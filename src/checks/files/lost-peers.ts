import { isIp } from '../../model/address.js';
import { listed } from '../../model/words.js';
import type { RawFinding } from '../check.js';
import type { Service } from './compose/service.js';
import { fileGroups } from './groups.js';
import { type FileServer, type Project, placesOf } from './project.js';
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
 * none. Only where all networks are those of this compose file, so that nothing else answers.
 */
export const lostPeers = (project: Project): RawFinding[] =>
  project.compose === null || project.servers.some(({ seen }) => !seen)
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
  if (from.service?.bridged !== true || from.service.pod !== undefined) return [];
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

type Why = Pick<RawFinding, 'message' | 'fix' | 'consequence'>;

function whyLost(told: Told, master: FileServer, project: Project): Why | null {
  const { from, host, port, line } = told;
  const own = from.service;
  const services = [...project.servers.flatMap((s) => s.service ?? []), ...project.others];
  const named = services.filter((s) => namesOf(s).includes(host));
  if (own === null || /[$<{(]/.test(host) || own.extraHosts?.has(host) === true) return null;
  if (named.length === 0) return unknownName(told, own, master);
  if (named.some((s) => s.bridged !== true)) return null;
  if (named.every((s) => !netsOf(s).some((net) => netsOf(own).includes(net)))) {
    const [first] = named;
    return {
      message: `${host} does not resolve in its network ${listed(netsOf(own))}: ${first?.name} is in ${listed(first === undefined ? [] : netsOf(first))}`,
      consequence: LOST,
      fix: [`${own.name}: networks: [${(first === undefined ? [] : netsOf(first)).join(', ')}]`],
    };
  }
  const servers = project.servers.filter((s) => placesOf(s).includes(host));
  const isThere = servers.some(
    (s) => portsOf(s).includes(port) || settingOf(s, 'replica-announce-port') === `${port}`,
  );
  const [server] = servers;
  if (isThere || server === undefined || servers.length < named.length) return null;
  const ports = portsOf(server);
  return {
    message: `${host}:${port} leads to ${server.id}, which listens on ${listed(ports.map(String))}`,
    consequence: LOST,
    fix: [line(host, ports[0] ?? 6379)],
  };
}

const LOST =
  'it never reaches the master: a replica gets no data, and a sentinel finds nothing that it can promote';

/** A name with a dot, or that Docker itself gives, may lead out of the network. */
function unknownName({ host, from, line }: Told, own: Service, master: FileServer): Why | null {
  const name = master.service?.name;
  if (isIp(host) || /\./.test(host) || /^localhost$/i.test(host) || name === undefined || master === from)
    return null;
  return {
    message: `no service has the name ${host}, and only the services of this file are in its network ${listed(netsOf(own))}`,
    consequence: LOST,
    fix: [line(name, portsOf(master)[0] ?? 6379)],
  };
}

const namesOf = ({ name, otherNames, networks }: Service): string[] => [
  name,
  ...otherNames,
  ...networks.flatMap(({ aliases, address }) => [...aliases, ...(address === null ? [] : [address])]),
];

const netsOf = ({ networks }: Service): string[] =>
  networks.length === 0 ? ['default'] : networks.map(({ name }) => name);
