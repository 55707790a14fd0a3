import type { Clock } from '../clock.js';
import { refused, unreachable } from '../errors.js';
import { type Address, formatAddress, sameAddress } from '../model/address.js';
import { type AddressRule, isMapped } from '../model/address-map.js';
import { type AccessSources, type AttachedCluster, type AttachedServer, keptIds } from '../model/attached.js';
import type { NodeKind } from '../model/plan.js';
import { isLocked, type NodeState, type SentinelState, type Snapshot } from '../model/snapshot.js';
import { noSentinel } from '../model/unasked.js';
import { byNumber, listed } from '../model/words.js';
import { type Access, endpointOf } from '../wire/access.js';
import type { AttachedTarget } from './attached.js';
import { requireFinished } from './store/journal.js';
import type { Store } from './store/state.js';
import { resolveTarget, surveyOf } from './target.js';

export interface AttachRequest {
  cluster: string;
  sentinelAddrs: Address[];
  masterName: string | null;
  /** Where passwords and certificates are, as it is written down, and what they are now. */
  sources: AccessSources;
  access: Access;
  readonly: boolean;
  label: string | null;
  /** How the life of its servers is reached; absent: not at all. */
  way: AttachedCluster['way'];
  /** The commands of the way `commands`. */
  commands: AttachedCluster['commands'];
  /** The project's file that it is written in. */
  file?: AttachedCluster['file'];
}

/** A server that is announced under an address that does not answer here. */
interface UnreachedServer {
  id: string;
  announce: Address;
  endpoint: Address;
  why: string;
}

export interface Attached {
  record: AttachedCluster;
  /** Whether the name was attached before: its servers keep their ids. */
  again: boolean;
  masters: string[];
  unreached: UnreachedServer[];
}

/**
 * Finds a cluster that sentinelctl did not start through any of its sentinels, and writes it down under a name. Asks and
 * changes nothing there. Throws `cluster-exists` (3) for a name or sentinels of a cluster that sentinelctl created,
 * `no-such-node` (3) for a command of an unknown server, `no-sentinel` (5) where none answers, `no-master` (5) where none
 * monitors a master, or the one that is meant.
 */
export async function attach(
  store: Store,
  request: AttachRequest,
  asking: { clock: Clock; deadlineMs: number; signal?: AbortSignal | undefined },
): Promise<Attached> {
  const { cluster, masterName } = request;
  // First, since no other name makes these addresses a cluster that can be attached.
  const target = await attachedBy(store, request);
  const before = await store.attached(cluster);
  if (before === undefined && (await store.list()).includes(cluster))
    throw refused('cluster-exists', `cluster "${cluster}" was made by sentinelctl`, {
      hint: `sentinelctl attach ${cluster}-2 --sentinel-addrs ${request.sentinelAddrs.map(formatAddress).join(',')} # with the other options that were typed`,
    });
  const snapshot = await surveyOf(target, asking);
  const answering = snapshot.sentinels.filter((s) => s.answer !== null);
  if (answering.length === 0)
    throw noSentinel(snapshot, {
      outcome: 'nothing was attached',
      hint: 'check the addresses and, with TLS, the certificates',
    });
  const masters = snapshot.groups.map((g) => g.masterName).toSorted(byNumber);
  if (masters.length === 0 || (masterName !== null && !masters.includes(masterName)))
    throw unreachable('no-master', `no sentinel monitors ${masterName ?? 'a master'}: nothing was attached`, {
      why: masters.length > 0 ? `they monitor ${masters.join(', ')}` : undefined,
      hint:
        masters.length > 0 ? `--master-name ${masters[0]}` : 'check that these are sentinels of the cluster',
    });
  const typed = rulesOfTyped(snapshot, request);
  const access = { ...request.access, rules: [...(request.access.rules ?? []), ...typed] };
  const servers = serversIn(snapshot, before?.servers ?? [], { masterName, access });
  requireServers(cluster, servers, request.commands);
  const sources = { ...request.sources, addressMap: [...request.sources.addressMap, ...typed] };
  const attachedAtMs = asking.clock.wallMs();
  const record: AttachedCluster = { ...recordedAs({ ...request, sources }), attachedAtMs, servers };
  await store.saveAttached(record);
  return { record, again: before !== undefined, masters, unreached: unreachedIn(snapshot, servers) };
}

/** What is written down of a request, beside the servers that were found. */
export const recordedAs = ({
  cluster,
  sentinelAddrs,
  masterName,
  sources,
  readonly,
  label,
  way,
  commands,
  file,
}: Omit<AttachRequest, 'access'>): Omit<AttachedCluster, 'attachedAtMs' | 'servers'> => ({
  ...{ version: 1, cluster, sentinelAddrs, masterName, access: sources, readonly, label },
  ...(way !== undefined && { way }),
  ...(commands !== undefined && { commands }),
  ...(file !== undefined && { file }),
});

/** A command for a server that there is not would never run. */
function requireServers(
  cluster: string,
  servers: readonly AttachedServer[],
  commands: AttachedCluster['commands'],
): void {
  const ids = servers.map(({ id }) => id);
  const missing = Object.keys(commands?.nodes ?? {}).find((id) => !ids.includes(id));
  if (missing === undefined) return;
  throw refused('no-such-node', `${cluster} has no node ${missing}, for which there is a command`, {
    why: `its servers are ${listed(ids)}`,
    hint: `sentinelctl attach ${cluster} --help`,
  });
}

/** The target of these addresses. Throws `cluster-exists` (3) where sentinelctl created their cluster. */
async function attachedBy(
  store: Store,
  { cluster, sentinelAddrs, masterName, access }: AttachRequest,
): Promise<AttachedTarget> {
  const target = await resolveTarget(store, {
    cluster,
    sentinelAddrs,
    sentinelAddrsFrom: 'flag',
    masterName,
    access: async () => access,
  });
  if (target.kind === 'attached') return target;
  throw refused('cluster-exists', `these are sentinels of ${target.name}, which sentinelctl made`, {
    why: 'it has a name already',
    hint: `sentinelctl status --cluster ${target.name}`,
  });
}

/** Forgets a cluster that was attached, and nothing else. Throws `cluster-unknown`, `not-attached` or `unfinished-journal` (3). */
export async function detach(store: Store, cluster: string): Promise<{ cluster: string; servers: number }> {
  const record = await store.attached(cluster);
  if (record !== undefined) {
    // What is not rolled back yet would stay so.
    await requireFinished(store, cluster);
    await store.forget(cluster);
    return { cluster, servers: record.servers.length };
  }
  const known = await store.list();
  if (known.includes(cluster))
    throw refused('not-attached', `cluster "${cluster}" was not attached: sentinelctl created it`, {
      hint: 'sentinelctl down --help # says what down removes',
    });
  throw refused('cluster-unknown', `cluster "${cluster}" does not exist on this machine`, {
    why: known.length === 0 ? undefined : `known clusters: ${known.join(', ')}`,
    hint: 'sentinelctl list',
  });
}

/** Every server of the group that is meant, with its id: kept from before, else numbered by the order of addresses. */
function serversIn(
  snapshot: Snapshot,
  before: readonly AttachedServer[],
  { masterName, access }: Pick<AttachRequest, 'masterName' | 'access'>,
): AttachedServer[] {
  const groups = snapshot.groups.filter((g) => masterName === null || g.masterName === masterName);
  const nodes = new Map<string, { state: NodeState; masterNames: string[] }>();
  for (const group of groups)
    for (const state of group.nodes) {
      const known = nodes.get(formatAddress(state.announce));
      if (known === undefined)
        nodes.set(formatAddress(state.announce), { state, masterNames: [group.masterName] });
      else known.masterNames.push(group.masterName);
    }
  return [
    ...numbered(
      'redis',
      [...nodes.values()].map(({ state, masterNames }) => ({
        announce: state.announce,
        identity: state.answer?.runId ?? '',
        masterNames,
        ...confOf(state.answer),
      })),
      before,
    ),
    ...numbered(
      'sentinel',
      snapshot.sentinels.map((s: SentinelState) => ({
        announce: announcedBy(snapshot, s, access),
        identity: s.answer?.sentinelId ?? '',
        masterNames: [],
        ...confOf(s.answer),
      })),
      before,
    ),
  ];
}

/** With what it is started again once it is down; a server that was started without a file has an empty path. */
const confOf = (answer: { configFile?: string } | null): Pick<AttachedServer, 'conf'> =>
  answer?.configFile ? { conf: answer.configFile } : {};

/**
 * Where sentinels are reached that were typed by another address than their peers have: `localhost`, or the end of a
 * tunnel. A rule of the address map leads there, so that every server has the address that the cluster speaks of.
 */
const rulesOfTyped = (
  { sentinels }: Snapshot,
  { sentinelAddrs, access }: Pick<AttachRequest, 'sentinelAddrs' | 'access'>,
): AddressRule[] =>
  sentinels.flatMap(({ announce, answer }): AddressRule[] => {
    if (!sentinelAddrs.some((one) => sameAddress(one, announce)) || !answer?.sentinelId) return [];
    const named = namedByPeers(sentinels, answer.sentinelId);
    const [first] = named;
    const isKnown = named.some((one) => sameAddress(endpointOf(access, one), announce));
    if (first === undefined || isKnown || isMapped({ announce: first, endpoint: endpointOf(access, first) }))
      return [];
    return [{ ...first, toHost: announce.host, toPort: { port: announce.port } }];
  });

/** The addresses that the other sentinels have of the one with this id. */
const namedByPeers = (sentinels: readonly SentinelState[], id: string): Address[] =>
  sentinels
    .flatMap((s) => (s.answer?.masters ?? []).flatMap((view) => view.sentinels))
    .flatMap(({ address, sentinelId }) => (sentinelId === id ? [address] : []));

/** A sentinel's address as its peers have it, where the map leads from that one to the typed one. */
function announcedBy({ sentinels }: Snapshot, { announce, answer }: SentinelState, access: Access): Address {
  const named = answer?.sentinelId ? namedByPeers(sentinels, answer.sentinelId) : [];
  return named.find((address) => sameAddress(endpointOf(access, address), announce)) ?? announce;
}

function numbered(
  kind: NodeKind,
  found: readonly Omit<AttachedServer, 'id' | 'kind'>[],
  before: readonly AttachedServer[],
): AttachedServer[] {
  const inOrder = found.toSorted(
    (a, b) => byNumber(a.announce.host, b.announce.host) || a.announce.port - b.announce.port,
  );
  const ids = keptIds(
    before,
    kind,
    inOrder.map(({ announce, identity }) => ({ id: '', announce, identity })),
  );
  const confs = new Map(before.map(({ id, conf = '' }) => [id, conf]));
  // A number that was given once is never given to another server.
  const used = before.filter((s) => s.kind === kind).map(({ id }) => Number(id.split('-')[1]));
  let last = Math.max(0, ...used);
  return inOrder.map((server, i) => {
    const kept = ids[i];
    // One that is down says no path; it had one when it last answered. One that runs without a file has none.
    if (kept) {
      const known = server.identity === '' ? confOf({ configFile: confs.get(kept) ?? '' }) : {};
      return { ...known, ...server, kind, id: kept };
    }
    last += 1;
    return { ...server, kind, id: `${kind}-${last}` };
  });
}

/** Who did not answer for a reason that an address map may cure. */
function unreachedIn(snapshot: Snapshot, servers: readonly AttachedServer[]): UnreachedServer[] {
  const silent = [...snapshot.sentinels, ...snapshot.groups.flatMap((g) => g.nodes)].filter(
    ({ silence }) => silence !== null && !isLocked(silence),
  );
  return servers.flatMap(({ id, announce }) => {
    const state = silent.find((s) => sameAddress(s.announce, announce));
    return state === undefined
      ? []
      : [{ id, announce, endpoint: state.endpoint, why: state.silence?.message ?? 'does not answer' }];
  });
}
