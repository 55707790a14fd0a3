import { count, listed } from '../../../model/words.js';
import type { RawFinding } from '../../check.js';
import { servicesOf } from '../known-names.js';
import type { FileServer, Project } from '../project.js';
import { inSubnet } from '../server-address.js';
import { portsOf, settingOf } from '../settings.js';
import type { Service } from './service.js';

/** Containers of servers that Docker refuses to start, or whose server cannot listen. */
export const refusedIn = (project: Project): RawFinding[] => [
  ...outsideOfSubnets(project),
  ...sameAddress(project),
  ...samePort(project),
  ...sameListener(project),
];

const isServer = ({ servers }: Project, { name }: Service): boolean =>
  servers.some(({ service }) => service?.name === name);

/** Services of which both may run at once: where their profiles differ, one is chosen. */
const areBoth = (one: Service, other: Service): boolean =>
  one.profiles === undefined ||
  other.profiles === undefined ||
  one.profiles.names.some((name) => other.profiles?.names.includes(name));

const isIpv4 = (address: string | null): address is string =>
  address !== null && /^\d+(\.\d+){3}$/.test(address);

/** `user specified IP address is supported only when connecting to networks with user configured subnets` (moby). */
function outsideOfSubnets(project: Project): RawFinding[] {
  return servicesOnce(project).flatMap((service) =>
    service.networks.flatMap(({ name, address, subnets, line }): RawFinding[] => {
      // What a variable that is not set stands for, and one of IPv6, is not judged.
      const isPlain = subnets?.every((subnet) => /^\d+(\.\d+){3}\/\d+$/.test(subnet)) === true;
      if (!isIpv4(address) || subnets === undefined || !isPlain) return [];
      if (subnets.some((subnet) => inSubnet(address, subnet))) return [];
      const at = { file: fileOf(project, service), line };
      const own = `${address.replace(/\.\d+$/, '')}.0/24`;
      return subnets.length === 0
        ? [
            {
              subject: service.name,
              message: `the network ${name} has no subnet of its own, and Docker gives a container a fixed address in no other one`,
              fix: [`networks: {${name}: {ipam: {config: [{subnet: ${own}}]}}}`],
              at,
            },
          ]
        : [
            {
              subject: service.name,
              message: `${address} is not in ${listed(subnets)}, the subnet of the network ${name}`,
              fix: [`networks: {${name}: {ipam: {config: [{subnet: ${own}}]}}}`],
              at,
            },
          ];
    }),
  );
}

/** `Address already in use` (moby). */
function sameAddress(project: Project): RawFinding[] {
  const all = servicesOf(project);
  return servicesOnce(project).flatMap((service) =>
    service.networks.flatMap(({ name, address, line }): RawFinding[] => {
      const same = all.filter(
        (other) =>
          areBoth(service, other) && other.networks.some((n) => n.name === name && n.address === address),
      );
      const names = [...new Set(same.map((s) => s.name))];
      if (address === null || names.length < 2 || names[0] === service.name) return [];
      return [
        {
          subject: service.name,
          message: `${names[0]} has the address ${address} too, and Docker gives it to the first one that starts`,
          fix: [`${service.name}: an ipv4_address of its own`],
          at: { file: fileOf(project, service), line },
        },
      ];
    }),
  );
}

/** `port is already allocated` (moby). */
function samePort(project: Project): RawFinding[] {
  const all = servicesOf(project).filter((s, i, list) => list.findIndex((o) => o.name === s.name) === i);
  const byPort = new Map<number, { service: Service; ip: string | undefined; line: number }[]>();
  for (const service of all)
    for (const { host, ip, line, udp, ofCopies } of service.ports) {
      if (host === null || udp === true || ofCopies !== undefined) continue;
      // In a swarm, each may be on another node.
      if (service.perNode !== undefined || service.onlyOn !== undefined) continue;
      byPort.set(host, [...(byPort.get(host) ?? []), { service, ip, line }]);
    }
  return [...byPort].flatMap(([port, users]): RawFinding[] => {
    const [first, ...others] = users;
    const refused = others.filter(
      ({ service, ip }) =>
        first !== undefined &&
        service.name !== first.service.name &&
        areBoth(service, first.service) &&
        (ip === undefined || first.ip === undefined || ip === first.ip),
    );
    const [second] = refused;
    const names = [first, ...refused].flatMap((one) => one?.service.name ?? []);
    if (first === undefined || second === undefined || !users.some((u) => isServer(project, u.service)))
      return [];
    return [
      {
        subject: refused.map(({ service }) => service.name).join(', '),
        message: `${listed(names)} publish one port of the machine, ${port}: only the first one that starts has it`,
        fix: refused.map(({ service }, i) => `${service.name}: ports: ["${port + 1 + i}:…"]`),
        at: { file: fileOf(project, second.service), line: second.line },
      },
    ];
  });
}

/** Servers in the network of the machine that listen on one port of it. */
function sameListener(project: Project): RawFinding[] {
  const own = project.servers.filter(
    ({ service, seen }) =>
      seen && service?.networkMode === 'host' && service.perNode === undefined && service.pod === undefined,
  );
  const ports = [...new Set(own.flatMap(portsOf))];
  return ports.flatMap((port): RawFinding[] => {
    const listening = own.filter((s) => portsOf(s).includes(port));
    const [first, ...others] = listening;
    const refused = others.filter(
      ({ service }) => first?.service && service && areBoth(first.service, service),
    );
    const areApart = new Set(listening.map((s) => settingOf(s, 'bind') ?? '')).size === listening.length;
    if (first === undefined || refused.length === 0 || (areApart && listening.every(isBound))) return [];
    return [
      {
        subject: refused.map(({ id }) => id).join(', '),
        message: `${count(refused.length + 1, 'server')} listen on port ${port} of one machine (network_mode: host): ${listed([first, ...refused].map(({ id }) => id))}; only the first one that starts has it`,
        fix: refused.map(({ id }, i) => `${id}: port ${port + 1 + i}`),
        at: refused[0]?.at ?? first.at,
      },
    ];
  });
}

const isBound = (server: FileServer): boolean => settingOf(server, 'bind') !== undefined;

/** The services of servers, each once. */
const servicesOnce = ({ servers }: Project): Service[] => [
  ...new Map(
    servers.flatMap(({ service }) =>
      service?.pod || service === null ? [] : [[service.name, service] as const],
    ),
  ).values(),
];

const fileOf = ({ servers, compose }: Project, { name }: Service): string =>
  servers.find(({ service }) => service?.name === name)?.at.file ?? compose ?? '';
