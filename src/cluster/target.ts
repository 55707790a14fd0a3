import type { Clock } from '../clock.js';
import { refused, unreachable, usageError } from '../errors.js';
import { type Address, formatAddress, sameAddress } from '../model/address.js';
import { type AttachedCluster, keptIds } from '../model/attached.js';
import { sentinelNodes } from '../model/plan.js';
import type { Snapshot } from '../model/snapshot.js';
import { type Access, endpointOf } from '../wire/access.js';
import { type KnownServer, type SurveyTarget, survey } from '../wire/survey.js';
import { accessOf, surveyTarget } from './ask.js';
import { requireCluster } from './runtime.js';
import type { ClusterState, Store } from './store/state.js';

/** The cluster that a command shows: created by sentinelctl (own), or attached by the addresses of its sentinels. */
export type Target =
  | { kind: 'own'; name: string; state: ClusterState; access: Access }
  | {
      kind: 'attached';
      /** The name that it was attached under, or the addresses of its sentinels. */
      name: string;
      /** What was written down at `attach`; null where only addresses were given. */
      record: AttachedCluster | null;
      sentinels: Address[];
      /** Where the addresses came from and how to unset them; null where they were typed. */
      whence: string | null;
      masterName: string | null;
      access: Access;
    };

export type AttachedTarget = Extract<Target, { kind: 'attached' }>;
type Unopened = Omit<AttachedTarget, 'access'>;
type Identified = Unopened | { kind: 'own'; name: string; state: ClusterState };

export interface TargetRequest {
  cluster: string;
  sentinelAddrs: Address[] | null;
  sentinelAddrsFrom: 'flag' | 'environment' | 'file' | null;
  masterName: string | null;
  /** What opens connections to an attached cluster: asked for once it is known which one is meant. */
  access(record: AttachedCluster | null): Promise<Access>;
}

/**
 * Resolves the target. Sentinel addresses that belong to an own cluster mean that cluster, so that a shell
 * which evaluated `env --export` goes on working. Throws `cluster-unknown` (3).
 */
export async function resolveTarget(store: Store, request: TargetRequest): Promise<Target> {
  const target = await identify(store, request);
  if (target.kind === 'attached') return { ...target, access: await request.access(target.record) };
  const password = await store.password(target.name);
  return { ...target, access: accessOf(target.state.plan, password) };
}

/** As resolveTarget, without reading the password of a local cluster. */
async function identify(store: Store, request: TargetRequest): Promise<Identified> {
  const { sentinelAddrs } = request;
  if (sentinelAddrs !== null) {
    if (sentinelAddrs.length === 0) {
      throw usageError('no-sentinel-addrs', 'the list of sentinel addresses is empty', {
        hint: '--sentinel-addrs 127.0.0.1:26379,127.0.0.1:26380',
      });
    }
    const own = await ownerOf(store, sentinelAddrs);
    if (own !== undefined) return ownTarget(own, request.masterName);
    return {
      kind: 'attached',
      name: sentinelAddrs.map(formatAddress).join(','),
      record: null,
      sentinels: sentinelAddrs,
      whence: request.sentinelAddrsFrom === 'environment' ? whenceOf(await store.list()) : null,
      masterName: request.masterName,
    };
  }
  const record = await store.attached(request.cluster);
  if (record !== undefined) return attachedTarget(record, request.masterName);
  return ownTarget(await requireCluster(store, request.cluster), request.masterName);
}

function whenceOf([known]: readonly string[]): string {
  const other = known === undefined ? '' : `, or name a cluster: --cluster ${known}`;
  return `these addresses come from REDIS_SENTINEL_ADDRS in this shell: unset it${other}`;
}

/** A cluster that was attached: the sentinels that were found then, and those that were typed. */
function attachedTarget(record: AttachedCluster, masterName: string | null): Unopened {
  const found = record.servers.filter((s) => s.kind === 'sentinel').map((s) => s.announce);
  const typed = record.sentinelAddrs.filter((address) => !found.some((a) => sameAddress(a, address)));
  return {
    kind: 'attached',
    name: record.cluster,
    record,
    sentinels: found.length > 0 ? found : typed,
    whence: null,
    masterName: masterName ?? record.masterName,
  };
}

function ownTarget(state: ClusterState, masterName: string | null): Identified {
  const name = state.plan.spec.cluster;
  if (masterName !== null && masterName !== state.plan.spec.masterName) {
    throw refused('master-unknown', `cluster "${name}" does not monitor a master "${masterName}"`, {
      why: `its master is called ${state.plan.spec.masterName}`,
      hint: `--master-name ${state.plan.spec.masterName}`,
    });
  }
  return { kind: 'own', name, state };
}

async function ownerOf(store: Store, addresses: Address[]): Promise<ClusterState | undefined> {
  for (const name of await store.list()) {
    const state = await store.load(name).catch(() => undefined);
    if (state === undefined) continue;
    const ours = sentinelNodes(state.plan);
    const isOurs = (a: Address): boolean => {
      const host = a.host === 'localhost' ? '127.0.0.1' : a.host;
      return ours.some(
        (n) => sameAddress(n.endpoint, { ...a, host }) || sameAddress(n.announce, { ...a, host }),
      );
    };
    if (addresses.every(isOurs)) return state;
  }
  return undefined;
}

/**
 * Asks all servers once, in parallel; each one has the deadline. Where a master is named, about that one alone, so that
 * it takes no longer at sentinels of a thousand masters; one that no sentinel knows is answered with those that they know.
 */
export async function surveyOf(
  target: Target,
  options: { clock: Clock; deadlineMs: number; signal?: AbortSignal | undefined },
): Promise<Snapshot> {
  const asking = { ...options, access: target.access };
  if (target.kind === 'own') return survey(surveyTarget(target.state.plan), asking);
  const { masterName } = target;
  const snapshot = await survey(questionsFor(target, masterName), asking);
  const isUnknown =
    masterName !== null &&
    snapshot.sentinels.some((s) => s.answer !== null) &&
    snapshot.sentinels.every((s) => (s.answer?.masters ?? []).length === 0);
  return withKeptIds(target.record, isUnknown ? await survey(questionsFor(target, null), asking) : snapshot);
}

const questionsFor = (target: AttachedTarget, masterName: string | null): SurveyTarget => ({
  sentinels: knownSentinels(target),
  nodes: [],
  masterName,
  discover: true,
});

/**
 * The sentinels of an attached cluster that are asked first, by the ids that they have in its record. Data nodes are
 * asked as the sentinels name them: at the address that one had when it was attached may be another's server by now.
 */
export function knownSentinels({ record, sentinels, access }: AttachedTarget): KnownServer[] {
  // A typed address is dialled as it is; the map is for what the cluster announces.
  const isTyped = (address: Address): boolean =>
    record === null || record.sentinelAddrs.some((a) => sameAddress(a, address));
  return sentinels.map((announce) => ({
    id: record?.servers.find((s) => sameAddress(s.announce, announce))?.id ?? formatAddress(announce),
    announce,
    endpoint: isTyped(announce) ? announce : endpointOf(access, announce),
  }));
}

/** A snapshot in which each server has the id that it was given at `attach`, wherever it is by now. */
function withKeptIds(record: AttachedCluster | null, snapshot: Snapshot): Snapshot {
  if (record === null) return snapshot;
  const nodes = [...new Map(snapshot.groups.flatMap((g) => g.nodes.map((n) => [n.id, n] as const))).values()];
  const idOf = renamed(record, 'redis', nodes, ({ answer }) => answer?.runId ?? null);
  const sentinelIdOf = renamed(
    record,
    'sentinel',
    snapshot.sentinels,
    ({ answer }) => answer?.sentinelId ?? null,
  );
  return {
    ...snapshot,
    sentinels: snapshot.sentinels.map((s) => ({ ...s, id: sentinelIdOf(s) })),
    groups: snapshot.groups.map((g) => ({ ...g, nodes: g.nodes.map((n) => ({ ...n, id: idOf(n) })) })),
  };
}

/** The kept id of each server that was found, by the id that it was found under. */
export function renamed<S extends { id: string; announce: Address }>(
  record: AttachedCluster,
  kind: 'redis' | 'sentinel',
  servers: readonly S[],
  identityOf: (server: S) => string | null,
): (server: { id: string }) => string {
  const ids = keptIds(
    record.servers,
    kind,
    servers.map((s) => ({ id: s.id, announce: s.announce, identity: identityOf(s) })),
  );
  const byId = new Map(servers.map(({ id }, i) => [id, ids[i] ?? id]));
  return ({ id }) => byId.get(id) ?? id;
}

/**
 * Throws `no-sentinel` (5) where no sentinel answers at addresses that were not typed: they are often those of a removed
 * cluster. For typed addresses the reader of the snapshot reports it.
 */
export function requireAnswer(target: Target, snapshot: Snapshot): void {
  if (target.kind === 'own' || target.whence === null) return;
  if (snapshot.sentinels.some((s) => s.answer !== null)) return;
  const said = snapshot.sentinels.map((s) => `${s.id}: ${s.silence?.message ?? 'no answer'}`);
  throw unreachable('no-sentinel', 'no sentinel answers', {
    why: said.join('\n'),
    hint: target.whence,
  });
}

/**
 * The cluster to act on, with its state as it is now: what changes it reads the state again under its lock. Throws
 * `attached` (3): what sentinelctl did not create, it does not change.
 */
export async function resolveOwn(
  store: Store,
  request: TargetRequest,
  action: string,
): Promise<{ name: string; state: ClusterState }> {
  const target = await identify(store, request);
  if (target.kind === 'own') return target;
  const why = 'an attached cluster can only be read';
  throw refused('attached', `${action} is refused: sentinelctl did not create ${target.name}`, {
    why: target.whence === null ? why : `${why}\n${target.whence}`,
    hint: 'status, doctor, wait, masters, replicas, sentinels and master-addr work on it; --cluster NAME names a cluster created by sentinelctl',
  });
}
