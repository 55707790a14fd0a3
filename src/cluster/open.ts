import type { Driver } from '../drivers/driver.js';
import type { NodeHost } from '../drivers/node-host.js';
import type { Provisioner } from '../drivers/provisioner.js';
import { withLock } from '../host/lock.js';
import type { AttachedCluster } from '../model/attached.js';
import type { DriverName } from '../model/drivers.js';
import type { ClusterPlan } from '../model/plan.js';
import type { SentinelSettings } from '../model/sentinel-settings.js';
import { type ClusterSecrets, NO_SECRETS } from '../model/users.js';
import { ASK_DEADLINE_MS, type Asking } from '../wire/access.js';
import { accessOf, settingsNow } from './ask.js';
import { attachedState, openAttachedHost } from './attached-live.js';
import { openSecrets } from './own-secrets.js';
import { type Rights, requireRights } from './rights.js';
import { type Runtime, requireCluster } from './runtime.js';
import { journalledMaster, requireFinished } from './store/journal.js';
import { type ClusterState, notCreated } from './store/state.js';

/** How long one node may take to start, and the cluster to converge, in milliseconds; `--timeout` aborts earlier. */
const START_DEADLINE_MS = 60_000;

/** What is known of a cluster's journal; who writes to it keeps this up to date. */
interface JournalState {
  /** Whether every earlier run is known to be rolled back: read under the lock. */
  isFinished: boolean;
}

/** A cluster created by sentinelctl, open: what it is, and what reaches it. */
export interface LiveCluster {
  readonly state: ClusterState;
  readonly plan: ClusterPlan;
  readonly host: NodeHost;
  /** Creates and removes nodes; null for a cluster that sentinelctl did not create. */
  readonly provisioner: Provisioner | null;
  readonly asking: Asking;
  /** What its nodes are configured with; none that are known of a cluster that sentinelctl did not create. */
  readonly secrets: ClusterSecrets;
  readonly journal: JournalState;
  /** The settings in effect at the sentinels: they are asked once, when this is first called or before. */
  settings(): Promise<SentinelSettings>;
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
  /** What the work sends: whether the user may run it is asked before, of a cluster that sentinelctl did not create. */
  rights?: Rights;
  /** `any`: also where an earlier run is not rolled back yet, for what rolls it back. Only with a lock. */
  journal?: 'finished' | 'any';
}

/**
 * Opens a cluster for `work`, and always closes it. With a lock, a state that was replaced since it was read is read
 * again after the lock is taken. Throws `cluster-unknown`, `state-unreadable`, `locked`, `unfinished-journal` or
 * `right-missing` (3), or what the driver throws.
 */
export async function withCluster<T>(
  runtime: Runtime,
  known: ClusterState,
  options: WithClusterOptions,
  work: (live: LiveCluster) => Promise<T>,
): Promise<T> {
  const { lock, journal, rights } = options;
  const permitted = async (live: LiveCluster): Promise<T> => {
    if (rights !== undefined) await requireRights(runtime, live, rights);
    return work(live);
  };
  if (lock === undefined) return lend(await openCluster(runtime, known, options), permitted);
  const { cluster } = known.plan.spec;
  const opened = async (): Promise<T> => {
    const state = runtime.store.isCurrent(known) ? known : await stateNamed(runtime, cluster);
    const { attached: record } = state;
    if (record !== undefined)
      await (journal === 'any'
        ? runtime.attached?.noteRollback(record, lock)
        : runtime.attached?.allow(record, lock));
    const live = await openCluster(runtime, state, options);
    live.journal.isFinished = journal !== 'any';
    return lend(live, permitted);
  };
  return underLock(runtime, cluster, lock, opened, journal);
}

/**
 * The state of a cluster that sentinelctl created, or of an attached one where the runtime can act on those. Throws
 * `cluster-unknown` or `state-unreadable` (3).
 */
export async function stateNamed(runtime: Runtime, cluster: string): Promise<ClusterState> {
  const { store, attached } = runtime;
  const record = attached === undefined ? undefined : await store.attached(cluster);
  if (attached === undefined || record === undefined) return requireCluster(store, cluster);
  // An open journal is about one master, also where another one is named now: nothing else may be done before it is rolled back.
  const masterName = (await journalledMaster(store, cluster)) ?? attached.masterName;
  return attachedState(record, masterName, await attached.access(record));
}

/** Opens a cluster whose state is known. The caller closes it. */
export async function openCluster(
  runtime: Runtime,
  state: ClusterState,
  options: OpenOptions = {},
): Promise<LiveCluster> {
  if (state.attached !== undefined) return openAttached(runtime, state, state.attached, options);
  const secrets = await openSecrets(runtime.store, state);
  return liveOn(runtime, await openDriver(runtime, driverOf(state)), state, secrets, options);
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
  const now = await settingsNow(state.plan, asking);
  const plan = { ...state.plan, spec: { ...state.plan.spec, ...now } };
  return {
    ...{ state: { ...state, plan }, plan, host, provisioner: null, asking, deadlineMs, secrets: NO_SECRETS },
    ...freshly(plan, asking, now),
    close: host.close,
  };
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
  secrets: ClusterSecrets,
  { deadlineMs = START_DEADLINE_MS }: OpenOptions = {},
): LiveCluster {
  const { plan } = state;
  const { host, provisioner } = driver;
  const asking = { clock, access: accessOf(plan, secrets), deadlineMs: ASK_DEADLINE_MS, signal };
  return {
    ...{ state, plan, host, provisioner, asking, deadlineMs, secrets },
    ...freshly(plan, asking),
    close: () => driver.close(),
  };
}

/** What is not known of a cluster yet when it is opened; `now`: its live settings, where they are. */
function freshly(
  plan: ClusterPlan,
  asking: Asking,
  now?: SentinelSettings,
): Pick<LiveCluster, 'journal' | 'settings'> {
  let settings = now && Promise.resolve(now);
  return {
    journal: { isFinished: false },
    settings: () => {
      settings ??= settingsNow(plan, asking);
      return settings;
    },
  };
}

/** What creates and removes the cluster's nodes. Throws `attached` (3) where sentinelctl did not create the cluster. */
export function provisionerOf({ provisioner, plan }: Pick<LiveCluster, 'provisioner' | 'plan'>): Provisioner {
  if (provisioner !== null) return provisioner;
  throw notCreated(plan.spec.cluster);
}

/** The driver of one cluster, which may have no state yet, or none that can be read. */
interface DriverChoice {
  name: DriverName;
  cluster: string;
  settings: Readonly<Record<string, string>>;
}

/** The driver of a cluster that has a state. */
export const driverOf = ({ plan, settings }: ClusterState): DriverChoice => ({
  name: plan.driver,
  cluster: plan.spec.cluster,
  settings,
});

/** Opens the driver alone for `work`, which asks no node through it, and always closes it. Throws what the driver throws. */
export const withDriver = async <T>(
  runtime: Runtime,
  choice: DriverChoice,
  work: (driver: Driver) => Promise<T>,
): Promise<T> => lend(await openDriver(runtime, choice), work);

/** Opens a driver. The caller closes it: `withDriver` does, unless what cannot be opened must be told from what fails. */
export async function openDriver(
  { drivers, store, env }: Runtime,
  { name, cluster, settings }: DriverChoice,
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
