import { type Clock, waitingOnly } from '../../clock.js';
import { surveyTarget } from '../../cluster/ask.js';
import { isStillOurs, knownSentinels, renamed, unnamedNodes } from '../../cluster/attached.js';
import type { Target } from '../../cluster/target.js';
import { type Address, formatAddress, sameAddress } from '../../model/address.js';
import { isMapped } from '../../model/address-map.js';
import type { AttachedServer } from '../../model/attached.js';
import type { Fields, GatheredMaster, Got } from '../../model/gathered.js';
import { leftoversOf } from '../../model/never-reached.js';
import { isLocked } from '../../model/snapshot.js';
import { askingAs, endpointOf } from '../../wire/access.js';
import { atMost } from '../../wire/at-most.js';
import { type Found, keyOf, MAX_STEPS, NODES_AT_ONCE, ordered } from '../../wire/discovery.js';
import type { Asked } from '../../wire/gather-ask.js';
import { gatherNode, silentNode } from '../../wire/gather-node.js';
import { gatherSentinel, type SentinelGatherOptions, silentSentinel } from '../../wire/gather-sentinel.js';
import { addressOf, nodeAnswer } from '../../wire/info.js';
import { withoutMisled } from '../../wire/misled.js';
import { withoutOthers } from '../../wire/other-server.js';
import type { KnownServer } from '../../wire/survey.js';
import { hearTwins, twinsIn } from '../../wire/twins.js';
import { isUnreached } from '../never-reached.js';
import { followToTheEnd } from './follow.js';
import { onePerProcess, type WiredNode, type WiredSentinel } from './identity.js';

/** Everyone who was asked. */
export interface WiredServers {
  sentinels: WiredSentinel[];
  nodes: WiredNode[];
  /** Those that a data node follows, and that no other server names. */
  outside: WiredNode[];
  /** How many servers are named beyond MAX_SERVERS, and were not asked. */
  notAsked: number;
}

/** So many replicas and so many peers of one master are asked: a list of thousands does not make us ask them. */
const MAX_NAMED = 200;
/** So many servers are asked in all. */
const MAX_SERVERS = 4000;

/**
 * Asks all servers: the known ones, and those that they name, as soon as they are named. The known ones come first, in
 * their order, then the others by address. Who does not answer is in it with the reason. Throws only the signal's
 * reason.
 */
export async function gatherServers(
  target: Target,
  {
    clock,
    deadlineMs,
    signal,
    writes = true,
  }: { clock: Clock; deadlineMs: number; signal?: AbortSignal | undefined; writes?: boolean },
): Promise<WiredServers> {
  const own = target.kind === 'own';
  // Of a sentinel with many masters, only the one that is meant; what it says of the others is there all the same.
  const wanted = own ? target.state.plan.spec.masterName : target.masterName;
  const { access } = target;
  const asking = { clock: waitingOnly(clock), deadlineMs, access, signal };
  const askingNodes = askingAs(asking, 'redis');
  const askingSentinels: SentinelGatherOptions = {
    ...askingAs(asking, 'sentinel'),
    masterName: wanted,
    flush: !own
      ? 'not asked: it writes the file of a sentinel that sentinelctl did not make'
      : writes || 'not asked: this command only looks',
  };
  const sentinels = new Map<string, Found<WiredSentinel> | null>();
  const nodes = new Map<string, Found<WiredNode> | null>();
  const names = new Map<string, Set<string>>();
  const discovered = (announce: Address): Asked => ({
    id: formatAddress(announce),
    announce,
    endpoint: endpointOf(access, announce),
  });
  const notAsked = new Set<string>();
  const hasPlace = (key: string, step: number): boolean => {
    if (step === 1 || sentinels.size + nodes.size < MAX_SERVERS) return true;
    notAsked.add(key);
    return false;
  };
  const inTurn = atMost(NODES_AT_ONCE);

  async function visitSentinel(server: Asked, step: number, claimedId?: string): Promise<void> {
    const key = keyOf(server.announce);
    if (sentinels.has(key) || !hasPlace(key, step)) return;
    sentinels.set(key, null);
    const answer = await gatherSentinel(server, askingSentinels);
    sentinels.set(key, { known: step === 1, server: answer, ...(claimedId && { claimedId }) });
    if (step >= MAX_STEPS || !answer.masters.ok) return;
    const leftovers = new Set(leftoversOf(answer.masters.value, isUnreached));
    const masters = answer.masters.value.filter((m) =>
      wanted === null ? !leftovers.has(m) : m.name === wanted,
    );
    const visits = masters.flatMap((master) => [
      ...peersIn(master.sentinels)
        .slice(0, MAX_NAMED)
        .map(({ address, id }) => visitSentinel(discovered(address), step + 1, id)),
      ...[...addressesOf([master.fields]), ...addressesIn(master.replicas)]
        .slice(0, MAX_NAMED)
        .map((address) => visitNode(discovered(address), master.name, step + 1)),
    ]);
    await Promise.all(visits);
  }

  async function visitNode(server: Asked, masterName: string, step: number): Promise<void> {
    const key = keyOf(server.announce);
    const group = names.get(key) ?? new Set();
    names.set(key, group.add(masterName));
    if (nodes.has(key) || !hasPlace(key, step)) return;
    nodes.set(key, null);
    const answer = await inTurn(() => gatherNode(server, askingNodes));
    nodes.set(key, { known: step === 1, server: { ...answer, masterNames: [] } });
    if (step >= MAX_STEPS || !answer.info.ok) return;
    // INFO's list has also those that are hidden from Sentinel, and those that do not stream yet.
    const attached = attachedIn(answer.info.value).slice(0, MAX_NAMED);
    await Promise.all(attached.map((address) => visitNode(discovered(address), masterName, step + 1)));
  }

  const isVisited = (address: Address): boolean => nodes.has(keyOf(address));

  /** A node of before that no server names is one of the group only where it is still there, or lets no one in: it may be. */
  async function visitEarlier(earlier: AttachedServer, all: readonly AttachedServer[]): Promise<void> {
    const { announce, masterNames } = earlier;
    const answer = await gatherNode(discovered(announce), askingNodes);
    const keep = (): void => {
      nodes.set(keyOf(announce), { known: false, server: { ...answer, masterNames: [] } });
      names.set(keyOf(announce), new Set(masterNames));
    };
    const isUnheard = [...sentinels.values()].every((found) => found?.server.silence !== null);
    if (isLocked(answer.silence) || (isUnheard && answer.silence !== null)) keep();
    if (!answer.info.ok) return;
    const { run_id: runId = '', master_host: host, master_port: port } = answer.info.value;
    const masters = isUnheard
      ? all.map((e) => e.announce)
      : [...sentinels.values()].flatMap((found) =>
          (found?.server.masters.ok ? found.server.masters.value : []).flatMap((m) =>
            masterNames.includes(m.name) ? addressesOf([m.fields]) : [],
          ),
        );
    if (isStillOurs(earlier, { runId, follows: addressOf(host, port) ?? null }, masters)) keep();
  }

  async function visitTwins(): Promise<void> {
    const answering = [...nodes.values()].flatMap((found) => found?.server ?? []);
    const idsAt = ({ clients }: WiredNode): string[] => twinsIn(clients.ok ? clients.value : []);
    const shared = answering.find((node) => idsAt(node).length > 0);
    if (shared === undefined) return;
    const twins = await hearTwins(shared.endpoint, idsAt(shared), askingNodes);
    await Promise.all(
      twins.map(({ address, sentinelId }) => visitSentinel(discovered(address), MAX_STEPS, sentinelId)),
    );
  }

  const known = knownOf(target);
  await Promise.all([
    ...known.sentinels.map((server) => visitSentinel(server, 1)),
    ...known.nodes.map(({ id, announce, endpoint }) =>
      visitNode({ id, announce, endpoint }, known.masterName, 1),
    ),
  ]);
  if (target.kind === 'attached') {
    const unnamed = unnamedNodes(target, isVisited);
    await Promise.all(unnamed.map((earlier) => visitEarlier(earlier, unnamed)));
  }
  await visitTwins();
  const listed = [...sentinels.values()].flatMap((found) =>
    found?.server.masters.ok === true ? found.server.masters.value : [],
  );
  const theirs = withoutOthers(
    settled(nodes),
    { known: known.nodes, masters: addressesOf(listed.map(({ fields }) => fields)) },
    ({ info }) => ({
      configFile: info.ok ? info.value.config_file : undefined,
      pid: info.ok ? info.value.process_id : undefined,
    }),
    ({ id, announce, endpoint, masterNames }, silence) => ({
      ...silentNode({ id, announce, endpoint }, silence),
      masterNames,
    }),
  );
  const asked = ordered(
    onePerProcess(theirs, {
      onDouble: mergeNames(names),
      apart: apartIn(listed),
    }),
  ).map((node) => ({
    ...node,
    masterNames: [...(names.get(keyOf(node.announce)) ?? [])],
  }));
  return named(target, {
    sentinels: ordered(onePerProcess(onlyLed(settled(sentinels)))),
    ...(await followToTheEnd(asked, (announce) =>
      inTurn(() => gatherNode(discovered(announce), askingNodes)),
    )),
    notAsked: notAsked.size,
  });
}

function knownOf(target: Target): { sentinels: KnownServer[]; nodes: KnownServer[]; masterName: string } {
  if (target.kind === 'own') {
    const { sentinels, nodes } = surveyTarget(target.state.plan);
    return { sentinels, nodes, masterName: target.state.plan.spec.masterName };
  }
  return { sentinels: knownSentinels(target), nodes: [], masterName: '' };
}

/** Whether one of two addresses is mapped, and the sentinels read another run id at each: two servers, of which one was not reached. */
function apartIn(masters: readonly GatheredMaster[]): (a: WiredNode, b: WiredNode) => boolean {
  const records = masters.flatMap(({ fields, replicas }) => [fields, ...(replicas.ok ? replicas.value : [])]);
  const runIdsAt = ({ announce }: WiredNode): string[] =>
    records.flatMap((record) =>
      record.runid && addressesOf([record]).some((address) => sameAddress(address, announce))
        ? record.runid
        : [],
    );
  return (a, b) => {
    if (!isMapped(a) && !isMapped(b)) return false;
    const [atA, atB] = [runIdsAt(a), runIdsAt(b)];
    return atA.length > 0 && atB.length > 0 && !atA.some((id) => atB.includes(id));
  };
}

/** Those that the address map leads to another sentinel are silent. */
const onlyLed = (all: Found<WiredSentinel>[]): Found<WiredSentinel>[] =>
  withoutMisled(
    all,
    ({ myid, masters }: WiredSentinel) => ({
      id: myid.ok ? myid.value : undefined,
      peers: (masters.ok ? masters.value : []).flatMap((m) => peersIn(m.sentinels)),
    }),
    ({ id, announce }, silence) => silentSentinel({ id, announce, endpoint: announce }, silence),
  );

/** The servers, each by the id that it was given when its cluster was attached. */
function named(target: Target, servers: WiredServers): WiredServers {
  const record = target.kind === 'attached' ? target.record : null;
  if (record === null) return servers;
  const nodes = [...servers.nodes, ...servers.outside];
  const idOf = renamed(record, 'redis', nodes, ({ info }) => (info.ok ? (info.value.run_id ?? null) : null));
  const sentinelIdOf = renamed(record, 'sentinel', servers.sentinels, ({ myid }) =>
    myid.ok ? myid.value : null,
  );
  return {
    ...servers,
    sentinels: servers.sentinels.map((s) => ({ ...s, id: sentinelIdOf(s) })),
    nodes: servers.nodes.map((n) => ({ ...n, id: idOf(n) })),
    outside: servers.outside.map((n) => ({ ...n, id: idOf(n) })),
  };
}

const addressesOf = (records: readonly Fields[]): Address[] =>
  records.flatMap(({ ip, port }) => addressOf(ip, port) ?? []).filter(({ port }) => port > 0);
/** A sentinel's peers, each with the id under which it is known. */
const peersIn = (records: Got<Fields[]>): { address: Address; id: string | undefined }[] =>
  (records.ok ? records.value : []).flatMap((record) =>
    addressesOf([record]).map((address) => ({ address, id: record.runid })),
  );
const addressesIn = (records: Got<Fields[]>): Address[] => (records.ok ? addressesOf(records.value) : []);

/** A master's replicas by its INFO; none where the INFO is not that of a data node. */
function attachedIn(info: Fields): Address[] {
  try {
    return nodeAnswer(new Map(Object.entries(info))).attached.flatMap(({ address }) =>
      address.port > 0 ? [address] : [],
    );
  } catch {
    return [];
  }
}

const settled = <T>(all: Map<string, Found<T> | null>): Found<T>[] =>
  [...all.values()].filter((found) => found !== null);

const mergeNames =
  (names: Map<string, Set<string>>) =>
  (kept: WiredNode, dropped: WiredNode): void => {
    for (const name of names.get(keyOf(dropped.announce)) ?? []) names.get(keyOf(kept.announce))?.add(name);
  };
