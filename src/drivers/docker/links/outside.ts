import { networkInterfaces } from 'node:os';
import { changePacketRules, readPacketRules, whyNoPacketRules } from '../../../host/packet-filter.js';
import { CLIENT, type ClientRoute, type Link } from '../../links.js';
import {
  changeText,
  dropPortRule,
  type PacketRule,
  type TaggedRule,
  taggedRules,
} from '../../links-rules.js';
import { endProxies, proxyTags } from '../../proxy-process.js';
import type { Engine } from '../engine/engine.js';
import { endpointHost } from '../layout.js';
import { addressIn } from '../network/subnet.js';
import type { DockerSettings } from '../settings.js';
import type { NodeParty } from './parties.js';

/** Where this machine reaches published ports, when clients can be distinguished. */
const PUBLISHED = '127.0.0.1';

/**
 * In a container, every connection through a published port comes from the gateway of its network, those of sentinelctl
 * and of the clients alike; they differ only on this machine, where the clients have an address of their own.
 */
export async function clientRoute(engine: Engine, settings: DockerSettings): Promise<ClientRoute> {
  if (settings.subnet === '') return { ok: false, reason: 'the cluster has no network yet' };
  if (endpointHost(engine, settings) !== PUBLISHED)
    return { ok: false, reason: `the ports are not published on ${PUBLISHED} but on ${settings.publish}` };
  const why = await whyNoPacketRules();
  if (why !== undefined)
    return { ok: false, reason: `their packets are dropped on this machine, and ${why}` };
  const [, second, third] = settings.subnet.split('.');
  return { ok: true, localAddress: `127.${second}.${third}.254`, byEndpoint: true };
}

/** Drops packets between the clients' own address and a node's published port, on this machine. */
export function clientRule(
  client: ClientRoute,
  { from, to }: Link,
  parties: readonly NodeParty[],
  tag: string,
): PacketRule {
  const own = client.ok ? client.localAddress : '';
  const number = parties.find(({ id }) => id === from || id === to)?.port ?? 0;
  return from === CLIENT
    ? dropPortRule(own, PUBLISHED, { at: 'destination', number }, tag)
    : dropPortRule(PUBLISHED, own, { at: 'source', number }, tag);
}

/** Removes the rules and proxies of a cluster outside its containers; the rules inside are removed with them. */
export async function clearOutside(engine: Engine, dir: string, settings: DockerSettings): Promise<void> {
  for (const tag of await proxyTags(dir)) await endProxies(dir, tag);
  const client = await clientRoute(engine, settings);
  if (client.ok) await changePacketRules(changeText('remove', await rulesHere(client.localAddress)));
}

/** The rules on this machine that are about the clients of one cluster. */
export const rulesHere = async (address: string): Promise<TaggedRule[]> =>
  taggedRules(await readPacketRules()).filter(({ spec }) => spec.includes(` ${address}/`));

/** The proxy listens where containers reach this machine: on the gateway of their network. */
export function whySlow({ subnet }: DockerSettings): { ok: true } | { ok: false; reason: string } {
  const gateway = addressIn(subnet, 1);
  const own = Object.values(networkInterfaces()).some((all) =>
    all?.some(({ address }) => address === gateway),
  );
  if (own) return { ok: true };
  return {
    ok: false,
    reason: `the containers' gateway ${gateway} is not an address of this machine, so a proxy here cannot be put between them`,
  };
}
