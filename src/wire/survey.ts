import { waitingOnly } from '../clock.js';
import { type Address, formatAddress } from '../model/address.js';
import { toldByCounters } from '../model/came-back.js';
import type { AnsweredNode } from '../model/facts.js';
import { isOutOfReachIn, leftoversOf } from '../model/never-reached.js';
import type { NodeAnswer, NodeState, SentinelState, Snapshot } from '../model/snapshot.js';
import { type Asking, askingAs, endpointOf } from './access.js';
import { askClients, askNode, askSentinel, askWrites } from './ask.js';
import { atMost } from './at-most.js';
import { bestFirst, type Found, keyOf, MAX_STEPS, NODES_AT_ONCE, ordered } from './discovery.js';
import { withoutMisled } from './misled.js';
import { withoutOthers } from './other-server.js';
import { hearTwins, twinsIn } from './twins.js';

/** A server that is known beforehand. */
export interface KnownServer {
  id: string;
  /** As the cluster speaks of it. */
  announce: Address;
  /** As this machine reaches it. */
  endpoint: Address;
  /** How the path of its configuration file ends, where only that server has it. */
  file?: string | undefined;
}

export interface SurveyTarget {
  sentinels: KnownServer[];
  nodes: (KnownServer & { masterName: string })[];
  /** Only this master's group; null: every one that the sentinels monitor. */
  masterName: string | null;
  /** Also ask the servers that the answers name: peers and data nodes. One reachable sentinel is then enough. */
  discover: boolean;
}

/**
 * Asks all known servers once, in parallel, and those that the answers name as soon as they are named. The deadline is
 * each server's, from dialling to its last answer. Masters that a sentinel has never reached are not asked where they
 * are many. Takes at most about three deadlines, one where no new server is named, and one more for each further
 * NODES_AT_ONCE nodes, two where a master may have come back empty, and HELLO_HEARD_MS where two sentinels have one id. A silent server is in the snapshot with the reason. Discovered servers have their announced address as their id, and come after the known ones, ordered by it.
 * An unknown `masterName` gives no view and no group. Throws only the signal's reason.
 */
export async function survey(target: SurveyTarget, given: Asking): Promise<Snapshot> {
  const asking = { ...given, clock: waitingOnly(given.clock) };
  const takenAtMs = asking.clock.wallMs();
  const sentinels = new Map<string, Found<SentinelState>>();
  const nodes = new Map<string, Found<NodeState>>();
  const groups = new Map<string, Set<string>>();
  const members = (masterName: string): Set<string> => {
    const set = groups.get(masterName) ?? new Set();
    groups.set(masterName, set);
    return set;
  };
  const discovered = (announce: Address): KnownServer => ({
    id: formatAddress(announce),
    announce,
    endpoint: endpointOf(asking.access, announce),
  });
  const inTurn = atMost(NODES_AT_ONCE);
  for (const node of target.nodes) members(node.masterName).add(keyOf(node.announce));

  async function visitSentinel(server: KnownServer, step: number, claimedId?: string): Promise<void> {
    const key = keyOf(server.announce);
    if (sentinels.has(key)) return;
    const found: Found<SentinelState> = {
      known: step === 1,
      server: { ...server, answer: null, silence: null },
      ...(claimedId && { claimedId }),
    };
    sentinels.set(key, found);
    Object.assign(
      found.server,
      await askSentinel(server.endpoint, target.masterName, askingAs(asking, 'sentinel')),
    );
    if (!target.discover || step >= MAX_STEPS) return;
    const views = found.server.answer?.masters ?? [];
    const leftovers = new Set(target.masterName === null ? leftoversOf(views, isOutOfReachIn) : []);
    await Promise.all(
      views
        .filter((view) => !leftovers.has(view))
        .flatMap((view) => [
          ...view.sentinels.map((peer) => visitSentinel(discovered(peer.address), step + 1, peer.sentinelId)),
          ...[view.address, ...view.replicas.map((replica) => replica.address)].map((address) =>
            visitNode(discovered(address), view.name, step + 1),
          ),
        ]),
    );
  }

  async function visitNode(server: KnownServer, masterName: string, step: number): Promise<void> {
    const key = keyOf(server.announce);
    members(masterName).add(key);
    if (nodes.has(key)) return;
    const found: Found<NodeState> = { known: step === 1, server: { ...server, answer: null, silence: null } };
    nodes.set(key, found);
    Object.assign(found.server, await inTurn(() => askNode(server.endpoint, askingAs(asking, 'redis'))));
    if (!target.discover || step >= MAX_STEPS) return;
    // INFO's list of replicas has those of ROLE, and those that do not stream yet.
    await Promise.all(
      (found.server.answer?.attached ?? []).map(({ address }) =>
        visitNode(discovered(address), masterName, step + 1),
      ),
    );
  }

  /**
   * A sentinel that has the id of another one is in no list beside it. Where their number is odd, as it should be, none is
   * looked for: a data node would be asked for its clients at each look.
   */
  async function visitTwins(): Promise<void> {
    const answering = [...sentinels.values()].filter(({ server }) => server.answer !== null);
    const node = [...nodes.values()].find(({ server }) => server.answer !== null);
    if (!target.discover || node === undefined || answering.length % 2 === 1) return;
    const options = askingAs(asking, 'redis');
    const ids = twinsIn(await askClients(node.server.endpoint, options));
    if (ids.length === 0) return;
    const twins = await hearTwins(node.server.endpoint, ids, options);
    await Promise.all(
      twins.map(({ address, sentinelId }) => visitSentinel(discovered(address), MAX_STEPS, sentinelId)),
    );
  }

  await Promise.all([
    ...target.nodes.map(({ masterName, file: _, ...server }) => visitNode(server, masterName, 1)),
    ...target.sentinels.map((server) => visitSentinel(server, 1)),
  ]);
  await visitTwins();
  const views = [...sentinels.values()].flatMap(({ server }) => server.answer?.masters ?? []);
  const masters = views.map(({ address }) => address);
  const told = new Map(
    withoutOthers(
      [...nodes.values()],
      { known: target.nodes, masters },
      ({ answer }) => ({ configFile: answer?.configFile, pid: answer?.raw?.info.process_id }),
      (server, silence) => ({ ...server, answer: null, silence }),
    ).map((found) => [keyOf(found.server.announce), found]),
  );
  const snapshot: Snapshot = {
    takenAtMs,
    sentinels: ordered(onePerId(onlyLed([...sentinels.values()]))),
    groups: [...groups].map(([masterName, keys]) => ({
      masterName,
      nodes: ordered([...keys].flatMap((key) => told.get(key) ?? [])),
    })),
  };
  const { copies, masters: emptied } = toldByCounters(snapshot);
  const count = ({ answer, endpoint }: AnsweredNode): Promise<NodeAnswer> =>
    inTurn(async () => Object.assign(answer, await askWrites(endpoint, askingAs(asking, 'redis'))));
  await Promise.all(copies.map(count));
  // Asked after them: it was told whatever they have executed since its start.
  await Promise.all(emptied.map(count));
  return snapshot;
}

/** Those that the address map leads to another sentinel are silent. */
const onlyLed = (all: Found<SentinelState>[]): Found<SentinelState>[] =>
  withoutMisled(
    all,
    ({ answer }: SentinelState) => ({
      id: answer?.sentinelId,
      peers: (answer?.masters ?? []).flatMap(({ sentinels }) =>
        sentinels.map(({ address, sentinelId }) => ({ address, id: sentinelId })),
      ),
    }),
    (server, silence) => ({ ...server, endpoint: server.announce, answer: null, silence }),
  );

/**
 * A sentinel that is known by one address and named by its peers by another was asked twice. One process is one sentinel,
 * also where it answers at two known addresses, as behind a proxy. An address that is only named, and where nothing
 * answers, is the one of the sentinel with its id; two that answer with one id are two (myid-dup).
 */
function onePerId(all: Found<SentinelState>[]): Found<SentinelState>[] {
  const seen = new Set<string>();
  const byRunId = new Map<string, Found<SentinelState>>();
  return bestFirst(all, ({ answer }) => answer !== null).filter((found) => {
    const { known, claimedId, server } = found;
    const runId = server.answer?.runId;
    const same = runId ? byRunId.get(runId) : undefined;
    if (same !== undefined) {
      same.server.alsoAt = [...(same.server.alsoAt ?? []), server.announce];
      return false;
    }
    if (runId) byRunId.set(runId, found);
    const id = server.answer?.sentinelId || claimedId;
    const double = !known && server.answer === null && id !== undefined && seen.has(id);
    if (id) seen.add(id);
    return !double;
  });
}
