import { readdir } from 'node:fs/promises';
import { changePacketRules, readPacketRules, whyNoPacketRules } from '../../host/packet-filter.js';
import { freePorts } from '../../host/ports.js';
import type { Address } from '../../model/address.js';
import { CLIENT, type Link, type Links, type LinksProbe, type Slowness } from '../links.js';
import {
  changeText,
  dropRule,
  type PacketRule,
  routeRules,
  type TaggedRule,
  taggedRules,
  without,
} from '../links-rules.js';
import { nodesBelow } from '../node-paths.js';
import { endProxies, proxyTags, startProxy } from '../proxy-process.js';
import { loopbackOf, proxyAddress } from './loopback.js';
import { isNodeId } from './node-files.js';
import type { ProcessSettings } from './settings.js';

/** How often removal is tried when another process removes rules at the same time. */
const CLEAR_ROUNDS = 5;

type ReadConf = (id: string) => Promise<string | undefined>;

/** Whether the links between the processes of a cluster can be cut. */
export async function probeLinks(
  clusterDir: string,
  { loopback, net }: ProcessSettings,
  readConf: ReadConf,
): Promise<LinksProbe> {
  if (loopback === 'shared' || net === '') {
    return {
      ok: false,
      reason: 'all nodes share 127.0.0.1, so their packets cannot be distinguished',
      hint: 'sentinelctl up --help # bring the cluster up with --loopback own (Linux, as root), or with --driver docker',
    };
  }
  const why = await whyNoPacketRules();
  if (why !== undefined) {
    return {
      ok: false,
      reason: `links between processes are cut with packet rules, and ${why}`,
      hint: 'run it as root on Linux with iptables (Debian, Ubuntu: apt-get install iptables), or bring the cluster up with --driver docker',
    };
  }
  return {
    ok: true,
    links: new ProcessLinks(clusterDir, net, readConf),
    slow: { ok: true },
    client: { ok: true, localAddress: loopbackOf(net, CLIENT), byEndpoint: false },
  };
}

/** Removes every rule and proxy of a cluster that is being removed; does nothing where there cannot be any. */
export async function clearAll(clusterDir: string, settings: ProcessSettings): Promise<void> {
  const probe = await probeLinks(clusterDir, settings, async () => undefined);
  if (!probe.ok) return;
  for (const tag of await probe.links.tags()) await probe.links.clear(tag);
}

/** Each node listens on and connects from its own address, so both ends of a packet identify a node. */
class ProcessLinks implements Links {
  readonly #dir: string;
  readonly #net: string;
  readonly #readConf: ReadConf;

  constructor(clusterDir: string, net: string, readConf: ReadConf) {
    this.#dir = clusterDir;
    this.#net = net;
    this.#readConf = readConf;
  }

  /** Dropped on arrival: dropping an outgoing packet would fail at the sender (EPERM). */
  async block(links: readonly Link[], tag: string): Promise<void> {
    const address = (party: string): string => loopbackOf(this.#net, party);
    await add(links.map(({ from, to }) => dropRule('INPUT', address(from), address(to), tag)));
  }

  async slow({ node, delayMs, jitterMs, seed = 1 }: Slowness, tag: string): Promise<void> {
    const proxy = proxyAddress(this.#net);
    const target = await this.#listening(node);
    const others = (await this.#nodes()).filter((id) => id !== node);
    const peers = await Promise.all(others.map((id) => this.#listening(id)));
    const ports = await freePorts(peers.length + 1, proxy);
    const via = (i: number): Address => ({ host: proxy, port: ports[i] ?? 0 });
    await this.clear(tag);
    await startProxy(this.#dir, tag, {
      routes: [target, ...peers].map((to, i) => ({ listen: via(i), to })),
      from: proxy,
      delayMs,
      jitterMs,
      seed,
    });
    const sources = [...peers.map(({ host }) => host), loopbackOf(this.#net, CLIENT)];
    await add([
      ...sources.flatMap((from) => routeRules({ from, to: target, via: via(0) }, tag)),
      ...peers.flatMap((to, i) => routeRules({ from: target.host, to, via: via(i + 1) }, tag)),
    ]);
  }

  async clear(tag: string): Promise<void> {
    for (let round = 1; ; round++) {
      const rules = (await rulesNow()).filter((rule) => rule.tag === tag);
      if (rules.length === 0) break;
      try {
        await changePacketRules(changeText('remove', rules));
      } catch (error) {
        if (round === CLEAR_ROUNDS) throw error;
      }
    }
    await endProxies(this.#dir, tag);
  }

  async tags(): Promise<string[]> {
    // Another state directory may hold a cluster of the same name; it has different addresses.
    const rules = (await rulesNow()).filter(({ spec }) => spec.includes(` ${this.#net}.`));
    return [...new Set([...rules.map(({ tag }) => tag), ...(await proxyTags(this.#dir))])].sort();
  }

  async #nodes(): Promise<string[]> {
    return (await readdir(nodesBelow(this.#dir))).filter(isNodeId).sort();
  }

  async #listening(id: string): Promise<Address> {
    const port = /^\s*port\s+(\d+)/m.exec((await this.#readConf(id)) ?? '')?.[1];
    return { host: loopbackOf(this.#net, id), port: Number(port ?? 0) };
  }
}

const rulesNow = async (): Promise<TaggedRule[]> => taggedRules(await readPacketRules());

async function add(rules: readonly PacketRule[]): Promise<void> {
  await changePacketRules(changeText('add', without(rules, await rulesNow())));
}
