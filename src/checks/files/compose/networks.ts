import { at, entriesOf, itemsOf, type Tree, textOf } from './tree.js';

interface Network {
  name: string;
  address: string | null;
  aliases: string[];
  line: number;
  /** The subnets that the file gives it; absent where another file or driver may give it some. */
  subnets?: string[];
}

/** How a service of a compose file is connected, as far as its networks say it. */
export interface Networking {
  networks: Network[];
  /** It is in an overlay network of a swarm, which gives no fixed addresses; `virtual`: its name is an address of the load balancer (VIP). */
  overlay?: { network: string; virtual: boolean };
  /** All its networks are bridges of this file: no other machine connects to its address, only to published ports. */
  bridged?: true;
  /** It is bridged, and resolves no name but those of this file: no other file joins its networks, and it asks no other DNS server. */
  closed?: true;
  /** `extra_hosts`: names that only it knows, and their addresses. */
  extraHosts?: ReadonlyMap<string, string>;
}

function networksOf(tree: Tree): Network[] {
  if (tree.kind === 'map') {
    return entriesOf(tree).map(([name, settings]) => ({
      name,
      address: textOf(at(settings, 'ipv4_address')) ?? textOf(at(settings, 'ipv6_address')),
      aliases: itemsOf(at(settings, 'aliases')).flatMap((alias) => textOf(alias) ?? []),
      line: settings.line,
    }));
  }
  return itemsOf(tree).map((item) => ({
    name: textOf(item) ?? '',
    address: null,
    aliases: [],
    line: item.line,
  }));
}

/** What the networks of a compose file mean for one of its services. */
export const networkingOf = (service: Tree, networks: Tree): Networking => ({
  networks: networksOf(at(service, 'networks')).map((one) => ({ ...one, ...subnetsOf(networks, one.name) })),
  ...overlayOf(service, networks),
  ...(isBridged(service, networks) && {
    bridged: true,
    ...(isClosed(service, networks) && { closed: true }),
  }),
  ...extraHostsOf(at(service, 'extra_hosts')),
});

/** `networks: NAME: ipam: config: - subnet: …`. */
function subnetsOf(networks: Tree, name: string): { subnets?: string[] } {
  const network = at(networks, name);
  const isOwn =
    ['external', 'driver_opts', 'name'].every((key) => at(network, key).kind === 'nothing') &&
    ['driver', 'enable_ipv6'].every((key) => /^(bridge)?$/.test(textOf(at(network, key)) ?? '')) &&
    at(network, 'ipam', 'driver').kind === 'nothing';
  return isOwn
    ? { subnets: itemsOf(at(network, 'ipam', 'config')).flatMap((c) => textOf(at(c, 'subnet')) ?? []) }
    : {};
}

/** The overlay network of a service, and whether its name there is a virtual address (compose-spec, deploy: endpoint_mode). */
function overlayOf(service: Tree, networks: Tree): Pick<Networking, 'overlay'> {
  const found = networksOf(at(service, 'networks')).find(
    ({ name }) => textOf(at(networks, name, 'driver')) === 'overlay',
  );
  if (found === undefined) return {};
  const virtual = textOf(at(service, 'deploy', 'endpoint_mode')) !== 'dnsrr';
  return { overlay: { network: found.name, virtual } };
}

/** A swarm has overlay networks, and a network of another file or another driver may give addresses that others reach. */
function isBridged(service: Tree, networks: Tree): boolean {
  const mode = textOf(at(service, 'network_mode'));
  if (mode !== null) return mode === 'bridge';
  const isSwarm = ['placement', 'mode', 'endpoint_mode', 'update_config'].some(
    (name) => at(service, 'deploy', name).kind !== 'nothing',
  );
  return (
    !isSwarm &&
    netNamesOf(service).every((name) => {
      const external = at(networks, name, 'external');
      const isExternal = external.kind === 'map' || textOf(external) === 'true';
      return !isExternal && /^(bridge)?$/.test(textOf(at(networks, name, 'driver')) ?? '');
    })
  );
}

/** Another file joins a network with a fixed name as external; links to other containers and DNS servers give more names. */
const isClosed = (service: Tree, networks: Tree): boolean =>
  ['external_links', 'dns', 'dns_search'].every((name) => at(service, name).kind === 'nothing') &&
  netNamesOf(service).every((name) => at(networks, name, 'name').kind === 'nothing');

function netNamesOf(service: Tree): string[] {
  const own = networksOf(at(service, 'networks')).map(({ name }) => name);
  return own.length === 0 ? ['default'] : own;
}

/** `NAME:ADDRESS`, `NAME=ADDRESS`, or a map. */
function extraHostsOf(tree: Tree): Pick<Networking, 'extraHosts'> {
  const pairs =
    tree.kind === 'map'
      ? entriesOf(tree).map(([name, address]) => [name, textOf(address) ?? ''] as const)
      : itemsOf(tree).flatMap((item) => {
          const [, name, address] = /^([^:=]+)[:=]\[?(.+?)\]?$/.exec(textOf(item) ?? '') ?? [];
          return name === undefined || address === undefined ? [] : [[name, address] as const];
        });
  return pairs.length === 0 ? {} : { extraHosts: new Map(pairs) };
}
