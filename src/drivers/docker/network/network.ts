import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import type { Network, NetworkInspectInfo } from 'dockerode';
import { type Clock, systemClock } from '../../../clock.js';
import { refused } from '../../../errors.js';
import { recreate } from '../../../model/hints.js';
import { until } from '../../../until.js';
import { clusterLabels, isOwnedBy, networkName, ofCluster } from '../containers/labels.js';
import type { Engine } from '../engine/engine.js';
import { engineError, engineWords, statusOf } from '../engine/errors.js';
import { addressIn, rangeOf } from './subnet.js';

/** Every subnet that one of the engine's networks has. Throws OperatorError when the engine does not answer. */
export async function engineSubnets(engine: Engine): Promise<{ network: string; subnet: string }[]> {
  const networks = await list(engine);
  return networks.flatMap((network) =>
    subnetsOf(network).map((subnet) => ({ network: network.Name, subnet })),
  );
}

/** The subnet of this cluster's network, where it already exists. */
export async function ownSubnet(engine: Engine, cluster: string): Promise<string | undefined> {
  const own = (await list(engine)).find(
    (n) => n.Name === networkName(cluster) && isOwnedBy(cluster, n.Labels),
  );
  return own === undefined ? undefined : subnetsOf(own)[0];
}

/**
 * Creates the cluster's network unless it exists. Throws `network-foreign` (3) when another owner's network has the name,
 * `network-differs` (3) when it has a different subnet, `subnet-taken` (3) when the engine refuses the subnet.
 */
export async function ensureNetwork(engine: Engine, cluster: string, subnet: string): Promise<void> {
  const name = networkName(cluster);
  const existing = (await list(engine)).find((network) => network.Name === name);
  if (existing !== undefined) return checkExisting(existing, cluster, subnet);
  try {
    await engine.api.createNetwork({
      Name: name,
      CheckDuplicate: true,
      Driver: 'bridge',
      Labels: clusterLabels(cluster),
      IPAM: { Config: [{ Subnet: subnet, Gateway: addressIn(subnet, 1), ...guestRange(subnet) }] },
    });
  } catch (error) {
    const words = engineWords(error);
    if (statusOf(error) === 403 || /overlap|conflicts with network/i.test(words)) {
      throw refused('subnet-taken', `the engine refuses the subnet ${subnet} for the cluster's network`, {
        why: words,
        hint: recreate(cluster),
        cause: error,
      });
    }
    throw engineError(error, engine.target, `create the network ${name}`);
  }
}

/** Removes the networks that carry this cluster's name; answers how many. */
export async function removeNetworks(
  engine: Engine,
  cluster: string,
  clock: Clock = systemClock,
): Promise<number> {
  const networks = await engine.api
    .listNetworks({ filters: ofCluster(cluster) })
    .catch((error: unknown) => Promise.reject(engineError(error, engine.target, 'list networks')));
  const removed = await Promise.all(networks.map((network) => removeNetwork(engine, network, clock)));
  return removed.filter(Boolean).length;
}

/** How long the engine may still count a container that it has removed, in milliseconds. */
const RELEASED_WITHIN_MS = 15_000;

/**
 * Throws `network-in-use` (3) where other containers are in it. The engine refuses as well for a moment after it has
 * removed the last one (libnetwork counts an endpoint until it is released), and then names none: that is waited for.
 */
async function removeNetwork(engine: Engine, network: NetworkInspectInfo, clock: Clock): Promise<boolean> {
  const handle = engine.api.getNetwork(network.Id);
  let refusal: unknown;
  const attempt = async (): Promise<{ isRemoved: boolean } | undefined> => {
    try {
      await handle.remove();
      return { isRemoved: true };
    } catch (error) {
      if (statusOf(error) === 404) return { isRemoved: false };
      if (!/active endpoints/.test(engineWords(error))) {
        throw engineError(error, engine.target, `remove the network ${network.Name}`);
      }
      refusal = error;
      const guests = await guestsOf(handle);
      if (guests.length > 0) throw inUse(network.Name, guests, error);
      return undefined;
    }
  };
  const ended = await until(attempt, {
    clock,
    everyMs: 50,
    deadlineMs: RELEASED_WITHIN_MS,
  });
  if (ended === undefined) throw stillCounted(network.Name, refusal);
  return ended.isRemoved;
}

async function guestsOf(handle: Network): Promise<string[]> {
  const now = (await handle.inspect().catch(() => undefined)) as NetworkInspectInfo | undefined;
  return Object.values(now?.Containers ?? {}).map((container) => container.Name);
}

const inUse = (name: string, guests: readonly string[], error: unknown): Error =>
  refused('network-in-use', `the network ${name} is still used by other containers`, {
    why: guests.join(', '),
    hint: `docker network disconnect ${name} ${guests[0]}\nthen repeat the command`,
    cause: error,
  });

/** An overloaded engine may lose count for good (20.10): then only its restart helps. */
const stillCounted = (name: string, error: unknown): Error =>
  refused('network-in-use', `the engine still counts a container in the network ${name}, and names none`, {
    why: engineWords(error),
    hint: 'where it stays so, restart the Docker Engine first',
    cause: error,
  });

/**
 * Containers that join without a fixed address get one from the upper half, so that none gets a node's address while
 * that node is stopped.
 */
function guestRange(subnet: string): { IPRange?: string } {
  const range = rangeOf(subnet);
  if (range === undefined) return {};
  const size = range.last - range.first + 1;
  return size < 64 ? {} : { IPRange: `${addressIn(subnet, size / 2)}/${32 - Math.log2(size / 2)}` };
}

function checkExisting(existing: NetworkInspectInfo, cluster: string, subnet: string): void {
  if (!isOwnedBy(cluster, existing.Labels)) {
    throw refused(
      'network-foreign',
      `the network ${existing.Name} exists and was not created by sentinelctl`,
      {
        hint: '--cluster NAME # another one, or remove that network yourself',
      },
    );
  }
  if (!subnetsOf(existing).includes(subnet)) {
    throw refused(
      'network-differs',
      `the network ${existing.Name} has the subnet ${subnetsOf(existing)[0] ?? '(none)'}, not ${subnet}`,
      {
        hint: recreate(cluster),
      },
    );
  }
}

const subnetsOf = (network: NetworkInspectInfo): string[] =>
  (network.IPAM?.Config ?? []).flatMap(({ Subnet }) => (Subnet === undefined ? [] : [Subnet]));

const list = (engine: Engine): Promise<NetworkInspectInfo[]> =>
  engine.api
    .listNetworks()
    .catch((error: unknown) => Promise.reject(engineError(error, engine.target, 'list networks')));

/** Every IPv4 subnet that this machine has an interface in or a route to, but for the default route. */
export async function hostSubnets(): Promise<string[]> {
  const own = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).flatMap(({ cidr, family }) => (family === 'IPv4' && cidr !== null ? [cidr] : [])),
  );
  // Only Linux has the file; on other systems containers run in a virtual machine with its own routes.
  const routes = await readFile('/proc/net/route', 'utf8').catch(() => '');
  return [...own, ...parseRoutes(routes)];
}

/**
 * /proc/net/route: columns Iface Destination Gateway Flags … Mask, addresses as hexadecimal in the machine's byte
 * order (net/ipv4/fib_trie.c, fib_route_seq_show); all of Node's platforms with this file are little-endian but s390x.
 * @internal Tested with tables of other machines.
 */
export function parseRoutes(text: string): string[] {
  return text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const columns = line.trim().split(/\s+/);
      const destination = bytesOf(columns[1]);
      const mask = bytesOf(columns[7]);
      if (destination === undefined || mask === undefined) return [];
      const bits = mask.reduce((sum, byte) => sum + byte.toString(2).replaceAll('0', '').length, 0);
      return bits === 0 ? [] : [`${destination.join('.')}/${bits}`];
    });
}

function bytesOf(hex: string | undefined): number[] | undefined {
  return hex !== undefined && /^[0-9A-F]{8}$/i.test(hex) ? [...Buffer.from(hex, 'hex').reverse()] : undefined;
}
