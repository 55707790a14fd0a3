import type { Clock } from '../clock.js';
import { refused, usageError } from '../errors.js';
import { type Address, formatAddress, sameAddress } from '../model/address.js';
import type { AttachedCluster } from '../model/attached.js';
import { ctl } from '../model/hints.js';
import { sentinelNodes } from '../model/plan.js';
import type { Snapshot } from '../model/snapshot.js';
import { noSentinel } from '../model/unasked.js';
import { listed } from '../model/words.js';
import type { Access } from '../wire/access.js';
import { type SurveyTarget, survey } from '../wire/survey.js';
import { accessOf, surveyTarget } from './ask.js';
import { type AttachedTarget, knownSentinels, withKeptIds, withUnnamed } from './attached.js';
import { attachedState } from './attached-live.js';
import { openSecrets } from './own-secrets.js';
import { requireCluster } from './runtime.js';
import { journalledMaster } from './store/journal.js';
import { type ClusterState, notCreated, type Store } from './store/state.js';

/** The cluster that a command shows: created by sentinelctl (own), or attached by the addresses of its sentinels. */
export type Target = { kind: 'own'; name: string; state: ClusterState; access: Access } | AttachedTarget;

type Unopened = Omit<AttachedTarget, 'access'>;
type Identified = Unopened | { kind: 'own'; name: string; state: ClusterState };

export interface TargetRequest {
  cluster: string;
  sentinelAddrs: Address[] | null;
  sentinelAddrsFrom: 'flag' | 'environment' | 'file' | null;
  masterName: string | null;
  /** What was written down of the named cluster, where it was read already; null: it is not attached. */
  record?: AttachedCluster | null;
  /** The options of passwords, users and TLS that were typed: they are for an attached cluster. */
  accessOptions?: readonly string[];
  /** What opens connections to an attached cluster: asked for once it is known which one is meant. */
  access(record: AttachedCluster | null): Promise<Access>;
}

/**
 * Resolves the target. Sentinel addresses that belong to an own cluster mean that cluster, so that a shell
 * which evaluated `env --export` goes on working. Throws `cluster-unknown` (3), and usageError `contradiction` where
 * options were typed that only an attached cluster takes.
 */
export async function resolveTarget(store: Store, request: TargetRequest): Promise<Target> {
  const target = await identify(store, request);
  if (target.kind === 'attached') return { ...target, access: await request.access(target.record) };
  return { ...target, access: accessOf(target.state.plan, await openSecrets(store, target.state)) };
}

/** As resolveTarget, without reading the secrets of a local cluster. */
async function identify(store: Store, request: TargetRequest): Promise<Identified> {
  const { sentinelAddrs } = request;
  if (sentinelAddrs !== null) {
    if (sentinelAddrs.length === 0) {
      throw usageError('no-sentinel-addrs', 'the list of sentinel addresses is empty', {
        hint: '--sentinel-addrs HOST:PORT,HOST:PORT',
      });
    }
    const own = await ownerOf(store, sentinelAddrs);
    if (own !== undefined) return ownTarget(own, request);
    return {
      kind: 'attached',
      name: sentinelAddrs.map(formatAddress).join(','),
      record: null,
      sentinels: sentinelAddrs,
      whence: request.sentinelAddrsFrom === 'environment' ? whenceOf(await store.list()) : null,
      masterName: request.masterName,
    };
  }
  const record = request.record === undefined ? await store.attached(request.cluster) : request.record;
  if (record != null) return attachedTarget(record, request.masterName);
  return ownTarget(await requireCluster(store, request.cluster), request);
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

function ownTarget(state: ClusterState, { accessOptions = [], masterName }: TargetRequest): Identified {
  const name = state.plan.spec.cluster;
  const [option] = accessOptions;
  if (option !== undefined)
    throw usageError('contradiction', `${option} is not for cluster "${name}", which sentinelctl made`, {
      why: 'its servers are asked with what up gave them; such options are for an attached cluster',
      hint: `leave ${listed(accessOptions)} out`,
    });
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
  const found = isUnknown ? await survey(questionsFor(target, null), asking) : snapshot;
  return withKeptIds(target.record, await withUnnamed(target, found, asking));
}

const questionsFor = (target: AttachedTarget, masterName: string | null): SurveyTarget => ({
  sentinels: knownSentinels(target),
  nodes: [],
  masterName,
  discover: true,
});

/**
 * Throws `no-sentinel` (5) where no sentinel answers at addresses that were not typed: they are often those of a removed
 * cluster. For typed addresses the reader of the snapshot reports it.
 */
export function requireAnswer(target: Target, snapshot: Snapshot): void {
  if (target.kind === 'own' || target.whence === null) return;
  if (snapshot.sentinels.some((s) => s.answer !== null)) return;
  throw noSentinel(snapshot, { hint: target.whence });
}

/** How a sentinelctl command for this cluster is written: `ctl` of hints.ts. */
export const ctlOf =
  (target: Target) =>
  (words: string): string =>
    ctl({ own: target.kind === 'own', cluster: target.name }, words);

/** The name of the cluster that sentinelctl created. Throws `attached` (3) for another one. */
export async function resolveOwn(store: Store, request: TargetRequest): Promise<string> {
  const { kind, name } = await identify(store, request);
  if (kind === 'own') return name;
  throw notCreated(name);
}

/**
 * The cluster to act on, with its state as it is now: under the lock, one that was replaced meanwhile is read again.
 * Throws `attached` (3) where only addresses were given: what is done must be written down under a name.
 */
export async function resolveActable(
  store: Store,
  request: TargetRequest,
  action: string,
): Promise<{ name: string; state: ClusterState }> {
  const target = await identify(store, request);
  if (target.kind === 'own') return target;
  const { record, masterName } = target;
  if (record !== null)
    return {
      name: target.name,
      state: attachedState(
        record,
        masterName ?? (await journalledMaster(store, target.name)),
        await request.access(record),
      ),
    };
  const why = 'it has no name here, under which what is done to it could be written down and rolled back';
  throw refused('attached', `${action} is refused: sentinelctl did not create ${target.name}`, {
    why: target.whence === null ? why : `${why}\n${target.whence}`,
    hint: `sentinelctl attach NAME --sentinel-addrs ${target.name} --local # with the login of this command, if it has one; then sentinelctl ${action} --cluster NAME; status, doctor, wait, masters, replicas, sentinels and master-addr work without a name`,
  });
}
