import type { Clock } from '../../clock.js';
import type { Target } from '../../cluster/target.js';
import { type Address, formatAddress } from '../../model/address.js';
import type { Fields, GatheredNode, GatheredSentinel } from '../../model/gathered.js';
import { dataNodes, sentinelNodes } from '../../model/plan.js';
import { askingAs, endpointOf } from '../../wire/access.js';
import type { Asked, Wired } from '../../wire/gather-ask.js';
import { gatherNode } from '../../wire/gather-node.js';
import { gatherSentinel, type SentinelGatherOptions } from '../../wire/gather-sentinel.js';
import { addressOf, nodeAnswer } from '../../wire/info.js';

export type WiredSentinel = Wired<GatheredSentinel>;
export type WiredNode = Wired<GatheredNode> & { masterNames: string[] };

/** Everyone who was asked. */
export interface WiredServers {
  sentinels: WiredSentinel[];
  nodes: WiredNode[];
}

/** So many that one server names are asked: one that names thousands does not make us ask them. */
const MAX_NAMED = 200;
/** So many servers are asked in all. */
const MAX_SERVERS = 1000;
/** Named by a known server is two steps, named by one of those is three, and there it ends. */
const MAX_STEPS = 3;

interface Found<T> {
  known: boolean;
  server: T;
}

/**
 * Asks all servers: the known ones, and those that they name, as soon as they are named. The known ones come first, in
 * their order, then the others by address. Who does not answer is in it with the reason. Throws only the signal's
 * reason.
 */
export async function gatherServers(
  target: Target,
  { clock, deadlineMs, signal }: { clock: Clock; deadlineMs: number; signal?: AbortSignal | undefined },
): Promise<WiredServers> {
  const own = target.kind === 'own';
  // Of a sentinel with many masters, only the one that is meant; what it says of the others is there all the same.
  const wanted = own ? target.state.plan.spec.masterName : target.masterName;
  const { access } = target;
  const asking = { clock, deadlineMs, access, signal };
  const askingNodes = askingAs(asking, 'redis');
  const askingSentinels: SentinelGatherOptions = {
    ...askingAs(asking, 'sentinel'),
    flush: own ? true : 'not asked: it writes the file of a sentinel that sentinelctl did not make',
  };
  const sentinels = new Map<string, Found<WiredSentinel> | null>();
  const nodes = new Map<string, Found<WiredNode> | null>();
  const names = new Map<string, Set<string>>();
  const discovered = (announce: Address): Asked => ({
    id: formatAddress(announce),
    announce,
    endpoint: endpointOf(access, announce),
  });
  const isFull = (): boolean => sentinels.size + nodes.size >= MAX_SERVERS;

  async function visitSentinel(server: Asked, step: number): Promise<void> {
    const key = keyOf(server.announce);
    if (sentinels.has(key) || (step > 1 && isFull())) return;
    sentinels.set(key, null);
    const answer = await gatherSentinel(server, askingSentinels);
    sentinels.set(key, { known: step === 1, server: answer });
    if (step >= MAX_STEPS || !answer.masters.ok) return;
    const masters = answer.masters.value.filter((m) => wanted === null || m.name === wanted);
    const visits = masters.flatMap((master) => [
      ...addressesIn(master.sentinels).map((address) => () => visitSentinel(discovered(address), step + 1)),
      ...[...addressesOf([master.fields]), ...addressesIn(master.replicas)].map(
        (address) => () => visitNode(discovered(address), master.name, step + 1),
      ),
    ]);
    await Promise.all(visits.slice(0, MAX_NAMED).map((visit) => visit()));
  }

  async function visitNode(server: Asked, masterName: string, step: number): Promise<void> {
    const key = keyOf(server.announce);
    const group = names.get(key) ?? new Set();
    names.set(key, group.add(masterName));
    if (nodes.has(key) || (step > 1 && isFull())) return;
    nodes.set(key, null);
    const answer = await gatherNode(server, askingNodes);
    nodes.set(key, { known: step === 1, server: { ...answer, masterNames: [] } });
    if (step >= MAX_STEPS || !answer.info.ok) return;
    // INFO's list has also those that are hidden from Sentinel, and those that do not stream yet.
    const attached = attachedIn(answer.info.value).slice(0, MAX_NAMED);
    await Promise.all(attached.map((address) => visitNode(discovered(address), masterName, step + 1)));
  }

  const known = knownOf(target);
  await Promise.all([
    ...known.sentinels.map((server) => visitSentinel(server, 1)),
    ...known.nodes.map((server) => visitNode(server, known.masterName, 1)),
  ]);
  return {
    sentinels: ordered(withoutDoubles(settled(sentinels))),
    nodes: ordered(withoutDoubles(settled(nodes), mergeNames(names))).map((node) => ({
      ...node,
      masterNames: [...(names.get(keyOf(node.announce)) ?? [])],
    })),
  };
}

function knownOf(target: Target): { sentinels: Asked[]; nodes: Asked[]; masterName: string } {
  if (target.kind === 'own') {
    const { plan } = target.state;
    const asked = ({ id, announce, endpoint }: Asked): Asked => ({ id, announce, endpoint });
    return {
      sentinels: sentinelNodes(plan).map(asked),
      nodes: dataNodes(plan).map(asked),
      masterName: plan.spec.masterName,
    };
  }
  const sentinels = target.sentinels.map((address) => ({
    id: formatAddress(address),
    announce: address,
    endpoint: address,
  }));
  return { sentinels, nodes: [], masterName: '' };
}

const addressesOf = (records: readonly Fields[]): Address[] =>
  records.flatMap(({ ip, port }) => addressOf(ip, port) ?? []).filter(({ port }) => port > 0);
const addressesIn = (records: { ok: true; value: Fields[] } | { ok: false; why: string }): Address[] =>
  records.ok ? addressesOf(records.value) : [];

/** A master's replicas by its INFO; none where that is no data node's. */
function attachedIn(info: Fields): Address[] {
  try {
    return nodeAnswer(new Map(Object.entries(info))).attached.flatMap(({ address }) =>
      address.port > 0 ? [address] : [],
    );
  } catch {
    return [];
  }
}

/** `localhost` as typed and `127.0.0.1` as announced are one server. */
const keyOf = ({ host, port }: Address): string => `${host === 'localhost' ? '127.0.0.1' : host}:${port}`;

const settled = <T>(all: Map<string, Found<T> | null>): Found<T>[] =>
  [...all.values()].filter((found) => found !== null);

/**
 * One server that is known by two addresses was asked twice: the same run id, which a process draws at its start.
 * A sentinel's own id does not tell that: two sentinels may have the same one by mistake.
 */
function withoutDoubles<T extends WiredSentinel | WiredNode>(
  all: Found<T>[],
  onDouble: (kept: T, dropped: T) => void = () => {},
): Found<T>[] {
  const seen = new Map<string, T>();
  return all
    .toSorted((a, b) => Number(b.known) - Number(a.known))
    .filter(({ server }) => {
      const runId = server.info.ok ? server.info.value.run_id : undefined;
      if (!runId) return true;
      const kept = seen.get(runId);
      if (kept === undefined) seen.set(runId, server);
      else onDouble(kept, server);
      return kept === undefined;
    });
}

const mergeNames =
  (names: Map<string, Set<string>>) =>
  (kept: WiredNode, dropped: WiredNode): void => {
    for (const name of names.get(keyOf(dropped.announce)) ?? []) names.get(keyOf(kept.announce))?.add(name);
  };

/** Known servers in the order given, then the discovered ones by address. */
function ordered<T extends { announce: Address }>(all: Found<T>[]): T[] {
  const servers = (known: boolean): T[] => all.filter((f) => f.known === known).map((f) => f.server);
  const byAddress = (a: T, b: T): number =>
    a.announce.host.localeCompare(b.announce.host, 'en', { numeric: true }) ||
    a.announce.port - b.announce.port;
  return [...servers(true), ...servers(false).sort(byAddress)];
}
