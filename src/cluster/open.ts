import type { Driver } from '../drivers/driver.js';
import type { NodeHost } from '../drivers/node-host.js';
import type { Provisioner } from '../drivers/provisioner.js';
import { withLock } from '../host/lock.js';
import type { AttachedCluster } from '../model/attached.js';
import type { DriverName } from '../model/drivers.js';
import type { ClusterPlan } from '../model/plan.js';
import { ASK_DEADLINE_MS, type Asking } from '../wire/access.js';
import { accessOf } from './ask.js';
import { attachedState, openAttachedHost, withLiveSpec } from './attached-live.js';
import { type Runtime, requireCluster } from './runtime.js';
import { journalledMaster, requireFinished } from './store/journal.js';
import { type ClusterState, notCreated } from './store/state.js';

/** How long one node may take to start, and the cluster to converge, in milliseconds; `--timeout` aborts earlier. */
const START_DEADLINE_MS = 60_000;

/** A cluster created by sentinelctl, open: what it is, and what reaches it. */
export interface LiveCluster {
  readonly state: ClusterState;
  readonly plan: ClusterPlan;
  readonly host: NodeHost;
  /** Creates and removes nodes; null for a cluster that sentinelctl did not create. */
  readonly provisioner: Provisioner | null;
  readonly asking: Asking;
  /** How long a node may take to start, and the cluster to converge, in milliseconds. */
  readonly deadlineMs: number;
  /** Releases the driver's sockets; the nodes live on. */
  close(): void;
}

export interface OpenOptions {
  /** How long a node may take to start, and the cluster to converge, in milliseconds; 60 s by default. */
  deadlineMs?: number;
}

export interface WithClusterOptions extends OpenOptions {
  /** Takes the cluster's lock; a process that waits for it is shown `WORDS --cluster NAME`. Absent: no lock. */
  lock?: string;
  /** `any`: also where an earlier run is not rolled back yet, for what rolls it back. Only with a lock. */
  journal?: 'finished' | 'any';
}

/**
 * Opens a cluster for `work`, and always closes it. With a lock, the state is read after the lock is taken. Throws
 * `cluster-unknown`, `state-unreadable`, `locked` or `unfinished-journal` (3), or what the driver throws.
 */
export function withCluster<T>(
  runtime: Runtime,
  cluster: string,
  options: WithClusterOptions,
  work: (live: LiveCluster) => Promise<T>,
): Promise<T> {
  const opened = async (): Promise<T> =>
    lend(await openCluster(runtime, await stateOf(runtime, cluster), options), work);
  if (options.lock === undefined) return opened();
  const { lock, journal } = options;
  return underLock(
    runtime,
    cluster,
    lock,
    async () => {
      const record = await runtime.store.attached(cluster);
      if (record !== undefined)
        await (journal === 'any'
          ? runtime.attached?.noteRollback(record, lock)
          : runtime.attached?.allow(record, lock));
      return opened();
    },
    journal,
  );
}

/** The state of a cluster that sentinelctl created, or of an attached one where the runtime can act on those. */
async function stateOf(runtime: Runtime, cluster: string): Promise<ClusterState> {
  const { store, attached } = runtime;
  const record = attached === undefined ? undefined : await store.attached(cluster);
  if (attached === undefined || record === undefined) return requireCluster(store, cluster);
  const masterName = attached.masterName ?? (await journalledMaster(store, cluster));
  return attachedState(record, masterName, await attached.access(record));
}

/** Opens a cluster whose state is known. The caller closes it. */
export async function openCluster(
  runtime: Runtime,
  state: ClusterState,
  options: OpenOptions = {},
): Promise<LiveCluster> {
  if (state.attached !== undefined) return openAttached(runtime, state, state.attached, options);
  const password = await runtime.store.password(state.plan.spec.cluster);
  return liveOn(runtime, await openDriverOf(runtime, state), state, password, options);
}

/** Its nodes can be asked, and more by the way that was recorded; none can be created or removed. */
async function openAttached(
  runtime: Runtime,
  state: ClusterState,
  record: AttachedCluster,
  { deadlineMs = START_DEADLINE_MS }: OpenOptions,
): Promise<LiveCluster> {
  const { clock, signal, attached } = runtime;
  if (attached === undefined) throw new Error('nothing here acts on attached clusters');
  const asking = { clock, access: await attached.access(record), deadlineMs: ASK_DEADLINE_MS, signal };
  const host = await openAttachedHost({ ...runtime, attached }, record, state.plan.nodes, asking);
  const plan = await withLiveSpec(state.plan, asking);
  return { state: { ...state, plan }, plan, host, provisioner: null, asking, deadlineMs, close: host.close };
}

/** Runs `work` on something open, and always closes it. */
export async function lend<O extends { close(): void }, T>(
  open: O,
  work: (open: O) => Promise<T>,
): Promise<T> {
  try {
    return await work(open);
  } finally {
    open.close();
  }
}

/** A cluster on a driver that is open. */
export function liveOn(
  { clock, signal }: Runtime,
  driver: Driver,
  state: ClusterState,
  password: string | null,
  { deadlineMs = START_DEADLINE_MS }: OpenOptions = {},
): LiveCluster {
  return {
    state,
    plan: state.plan,
    host: driver.host,
    provisioner: driver.provisioner,
    asking: { clock, access: accessOf(state.plan, password), deadlineMs: ASK_DEADLINE_MS, signal },
    deadlineMs,
    close: () => driver.close(),
  };
}

/** What creates and removes the cluster's nodes. Throws `attached` (3) where sentinelctl did not create the cluster. */
export function provisionerOf({ provisioner, plan }: Pick<LiveCluster, 'provisioner' | 'plan'>): Provisioner {
  if (provisioner !== null) return provisioner;
  throw notCreated(plan.spec.cluster);
}

/** The driver alone, for what asks no node. The caller closes it. */
export const openDriverOf = (runtime: Runtime, { plan, settings }: ClusterState): Promise<Driver> =>
  openDriver(runtime, plan.driver, plan.spec.cluster, settings);

/** Opens a driver for a cluster that may have no state yet, or none that can be read. */
export async function openDriver(
  { drivers, store, env }: Runtime,
  name: DriverName,
  cluster: string,
  settings: Readonly<Record<string, string>>,
): Promise<Driver> {
  const factory = await drivers[name]();
  return factory.open({ cluster, dir: store.dirOf(cluster), settings, env });
}

/**
 * Runs `work` under the cluster's lock and, unless `journal` is `any`, only where every earlier run is rolled back.
 * Throws `locked` or `unfinished-journal` (3).
 */
export function underLock<T>(
  { store }: Pick<Runtime, 'store'>,
  cluster: string,
  what: string,
  work: () => Promise<T>,
  journal: 'finished' | 'any' = 'finished',
): Promise<T> {
  return withLock(store.lockOf(cluster), `${what} --cluster ${cluster}`, async () => {
    if (journal === 'finished') await requireFinished(store, cluster);
    return work();
  });
}

/** The same cluster for work that an abort must not cut short: rolling back has bounds of its own. */
export const withoutSignal = (live: LiveCluster): LiveCluster => ({
  ...live,
  asking: { ...live.asking, signal: undefined },
});
