import { changePacketRules, readPacketRules } from '../../../host/packet-filter.js';
import { freePorts } from '../../../host/ports.js';
import {
  CLIENT,
  type ClientRoute,
  type Link,
  type Links,
  type LinksProbe,
  type Slowness,
} from '../../links.js';
import {
  changeText,
  type PacketRule,
  routeRules,
  type TaggedRule,
  taggedRules,
  without,
} from '../../links-rules.js';
import { endProxies, proxyTags, startProxy } from '../../proxy-process.js';
import type { Connected } from '../containers/containers.js';
import { addressIn } from '../network/subnet.js';
import type { DockerSession } from '../session.js';
import type { DockerSettings } from '../settings.js';
import { discardHelpers } from './helper.js';
import { type Inside, waysInside } from './inside.js';
import { clientRoute, clientRule, rulesHere, whySlow } from './outside.js';
import { type NodeParty, partiesOf, placed } from './parties.js';

const CLEAR_ROUNDS = 5;

interface LinksContext {
  cluster: Connected;
  /** The cluster's own directory on this machine. */
  dir: string;
  settings: DockerSettings;
}

/** Whether the links between the containers of a cluster can be cut. */
export async function probeLinks(session: DockerSession): Promise<LinksProbe> {
  const { settings, dir, env } = session;
  if (settings.network === 'host') {
    return {
      ok: false,
      reason: "the containers share the host's network, so their packets cannot be distinguished",
      hint: 'sentinelctl up --help # bring the cluster up without --network host',
    };
  }
  const cluster = await session.connected();
  const way = await waysInside(cluster, await session.facts(), env);
  if ('why' in way) {
    return {
      ok: false,
      reason: `links between containers are cut with packet rules in each one's network, and ${way.why}`,
      hint: 'run it on a Linux machine with iptables (Debian, Ubuntu: apt-get install iptables) of the engine’s kind',
    };
  }
  const client = await clientRoute(cluster.engine, settings);
  return {
    ok: true,
    links: new DockerLinks({ cluster, dir, settings }, way.inside, client),
    slow: whySlow(settings),
    client,
  };
}

/** The rules are in the containers' own networks: they end when a container stops, and do not return with it. */
class DockerLinks implements Links {
  readonly #context: LinksContext;
  readonly #inside: Inside;
  readonly #client: ClientRoute;

  constructor(context: LinksContext, inside: Inside, client: ClientRoute) {
    this.#context = context;
    this.#inside = inside;
    this.#client = client;
  }

  async block(links: readonly Link[], tag: string): Promise<void> {
    const { cluster } = this.#context;
    const parties = await partiesOf(cluster);
    const ofClients = links.filter(({ from, to }) => from === CLIENT || to === CLIENT);
    const between = links.filter((link) => !ofClients.includes(link));
    const here = ofClients.map((link) => clientRule(this.#client, link, parties, tag));
    if (here.length > 0)
      await changePacketRules(changeText('add', without(here, taggedRules(await readPacketRules()))));
    await this.#add(placed(between, parties, tag));
  }

  async slow({ node, delayMs, jitterMs, seed = 1 }: Slowness, tag: string): Promise<void> {
    const { cluster, dir, settings } = this.#context;
    const parties = await partiesOf(cluster);
    const peers = parties.filter(({ id }) => id !== node);
    const target = parties.find(({ id }) => id === node);
    if (target === undefined) return;
    const gateway = addressIn(settings.subnet, 1);
    const ports = await freePorts(peers.length + 1, gateway);
    const listen = (i: number): { host: string; port: number } => ({ host: gateway, port: ports[i] ?? 0 });
    const to = ({ address, port }: NodeParty): { host: string; port: number } => ({ host: address, port });
    await this.clear(tag);
    const routes = [target, ...peers].map((party, i) => ({ listen: listen(i), to: to(party) }));
    await startProxy(dir, tag, { routes, from: null, delayMs, jitterMs, seed });
    const towards = (party: NodeParty, i: number): PacketRule[] =>
      routeRules({ from: null, to: to(party), via: listen(i) }, tag);
    const rules = new Map(peers.map((peer) => [peer, towards(target, 0)]));
    rules.set(
      target,
      peers.flatMap((peer, i) => towards(peer, i + 1)),
    );
    await this.#add(rules);
  }

  async clear(tag: string): Promise<void> {
    const { cluster, dir } = this.#context;
    if (this.#client.ok) {
      const here = taggedRules(await readPacketRules()).filter((rule) => rule.tag === tag);
      await changePacketRules(changeText('remove', here));
    }
    await this.#inEach(async (party) => {
      for (let round = 1; round <= CLEAR_ROUNDS; round++) {
        const rules = (await this.#rulesOf(party)).filter((rule) => rule.tag === tag);
        if (rules.length === 0) return;
        await this.#inside.change(party, changeText('remove', rules));
      }
    });
    await endProxies(dir, tag);
    await discardHelpers(cluster);
  }

  async tags(): Promise<string[]> {
    const found: string[] = [...(await proxyTags(this.#context.dir))];
    if (this.#client.ok) {
      found.push(...(await rulesHere(this.#client.localAddress)).map(({ tag }) => tag));
    }
    await this.#inEach(async (party) => {
      found.push(...(await this.#rulesOf(party)).map(({ tag }) => tag));
    });
    return [...new Set(found)].sort();
  }

  async #add(rules: ReadonlyMap<NodeParty, readonly PacketRule[]>): Promise<void> {
    await this.#inEach(async (party) => {
      const own = [...rules].find(([{ id }]) => id === party.id)?.[1] ?? [];
      if (own.length > 0) await this.#inside.change(party, changeText('add', own));
    });
  }

  async #rulesOf(party: NodeParty): Promise<TaggedRule[]> {
    return taggedRules(await this.#inside.read(party));
  }

  /** In each running node: a stopped one has no network, so no rules. All are tried before the first error is thrown. */
  async #inEach(work: (party: NodeParty) => Promise<void>): Promise<void> {
    const { cluster } = this.#context;
    const running = (await partiesOf(cluster)).filter(({ running }) => running);
    const outcomes = await Promise.allSettled(
      running.map(async (party) => {
        try {
          await work(party);
        } catch (error) {
          // It stopped in the meantime, which removed its rules.
          const now = (await partiesOf(cluster)).find(({ id }) => id === party.id);
          if (now?.running === true && now.containerId === party.containerId) throw error;
        }
      }),
    );
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure !== undefined) throw failure.reason;
  }
}
