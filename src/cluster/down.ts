import type { Driver } from '../drivers/driver.js';
import type { NodeHost } from '../drivers/node-host.js';
import { addRemoved, type DataOnDisk, nothingRemoved, type Removed } from '../drivers/provisioner.js';
import { messageOf, OperatorError, refused } from '../errors.js';
import { signalProcess } from '../host/signal.js';
import type { DriverName } from '../model/drivers.js';
import { command } from '../model/hints.js';
import { dataNodes } from '../model/plan.js';
import { dataWords } from '../model/words.js';
import { countKeys, type HeldData, heldBy, type KeyCounts, mostKeys } from './held.js';
import { type LeftRunning, leftRunning } from './left-running.js';
import { type LiveCluster, lend, openCluster, openDriver, provisionerOf, underLock } from './open.js';
import { type Runtime, requireCluster, step } from './runtime.js';
import { leavesNothing, readJournal } from './store/journal.js';
import type { ClusterState } from './store/state.js';
import { rememberMaster } from './up/master.js';

export interface DownResult {
  cluster: string;
  removed: Removed;
  /** Whether the data was kept for a later `up`. */
  keptData: boolean;
  /** What was kept or deleted; absent where the cluster's state could not be read. */
  data?: RemovedData;
  /** Servers that sentinelctl did not start, at addresses of its nodes; not looked for where its state could not be read or it was down. */
  leftRunning: LeftRunning[];
}

export interface RemovedData extends HeldData {
  /** Whether an earlier `down` had kept it. */
  wasKept: boolean;
  /** Keys of a node that writes nothing to disk, where what is kept has fewer; null where it has not. */
  unsaved: { node: string; keys: number } | null;
}

export interface DownOptions {
  keepData: boolean;
  /** Whether data that an earlier `down` kept may be deleted. */
  deleteData?: boolean;
  /** Whether also a cluster of which nothing is known here may be removed, by the name that its parts carry. */
  byName?: boolean;
}

/**
 * Removes processes, containers, network, volumes and files of one cluster, and nothing else; also when half of it
 * is gone already, or its state file is damaged. Throws `cluster-unknown` (3) when there is nothing of that name,
 * `kept-data` (3) where it would delete data that was kept, and may not. It takes a name, since that may be all that is
 * known of the cluster; `known` is its state as it was read before, if it was.
 */
export function down(
  runtime: Runtime,
  cluster: string,
  options: DownOptions,
  known?: ClusterState | 'damaged',
): Promise<DownResult> {
  // What is left in effect would be kept with the data.
  const journal = options.keepData ? 'finished' : 'any';
  const work = async (): Promise<DownResult> => {
    const isKnown = (await runtime.store.list()).includes(cluster);
    const wasLeft = await endWatch(runtime, cluster);
    const isKept = typeof known === 'object' && runtime.store.isCurrent(known);
    const state = isKept ? known : await stateOf(runtime, cluster, options);
    const byName = async (): Promise<DownResult> => {
      const removed = await removeByName(runtime, cluster);
      await runtime.store.forget(cluster);
      return { cluster, removed, keptData: false, leftRunning: [] };
    };
    if (!isKnown && state === 'damaged') {
      const done = await byName();
      // Nothing carries the name either: no step failed, there was none.
      if (Object.values(done.removed).every((n) => n === 0)) await requireRemovable(runtime, cluster);
      return done;
    }
    if (state === 'damaged') return removing(runtime, cluster, byName);
    const done = await removeKnown(runtime, state, options, wasLeft);
    // The ports of a cluster that was down belong to others.
    const left = state.phase === 'kept' ? [] : await leftRunning(runtime, state.plan.nodes);
    return { cluster, ...done, keptData: options.keepData, leftRunning: left };
  };
  return underLock(runtime, cluster, 'down', work, journal);
}

/** Shows that it goes; what may refuse comes before. */
const removing = <T>(runtime: Runtime, cluster: string, work: () => Promise<T>): Promise<T> =>
  step(runtime, 'down', `taking ${cluster} down`, work);

/** As stateOrDamage; where nothing is known and the name alone is enough, as if the state were damaged. */
async function stateOf(runtime: Runtime, cluster: string, { byName, keepData }: DownOptions) {
  try {
    return await stateOrDamage(runtime, cluster);
  } catch (error) {
    const isUnknown = error instanceof OperatorError && error.code === 'cluster-unknown';
    if (isUnknown && byName === true && !keepData) return 'damaged';
    throw error;
  }
}

export async function stateOrDamage(runtime: Runtime, cluster: string): Promise<ClusterState | 'damaged'> {
  try {
    return await requireRemovable(runtime, cluster);
  } catch (error) {
    const known = await runtime.store.list();
    if (error instanceof OperatorError && error.code === 'state-unreadable') return 'damaged';
    if (error instanceof OperatorError && error.code === 'cluster-unknown' && known.includes(cluster))
      return 'damaged';
    throw error;
  }
}

/** A cluster that is to go is not to be created first. */
const requireRemovable = ({ store }: Runtime, cluster: string): Promise<ClusterState> =>
  requireCluster(store, cluster, 'sentinelctl list');

async function removeKnown(
  runtime: Runtime,
  state: ClusterState,
  { keepData, deleteData = false }: DownOptions,
  wasLeft: boolean,
): Promise<{ removed: Removed; data: RemovedData }> {
  const { cluster } = state.plan.spec;
  return lend(await openCluster(runtime, state), async (live) => {
    const { host } = live;
    const provisioner = provisionerOf(live);
    const wasKept = state.phase === 'kept';
    const before = keepData ? null : await heldBy(live);
    if (before !== null && wasKept && before.nodes.length > 0 && !deleteData) throw keptData(cluster, before);
    return removing(runtime, cluster, async () => {
      const counts: KeyCounts = keepData ? await countKeys(live) : new Map();
      const kept = keepData ? await rememberMaster(runtime.store, host, state) : state;
      if (wasLeft) await clearLinks(host);
      const removed = await provisioner.removeAll({ keepData });
      if (before !== null) {
        await runtime.store.forget(cluster);
        return { removed, data: { ...before, wasKept, unsaved: null } };
      }
      await runtime.store.save(cluster, { ...kept, phase: 'kept' });
      return { removed, data: { ...(await keptNow(live, counts)), wasKept } };
    });
  });
}

/** What is on disk after every node has ended, by the keys that its nodes held before. */
async function keptNow(live: LiveCluster, counts: KeyCounts): Promise<Omit<RemovedData, 'wasKept'>> {
  const disk = await provisionerOf(live).dataOnDisk();
  const saving = dataNodes(live.plan).filter(({ id, persistent }) => persistent && disk.nodes.includes(id));
  const keys = mostKeys(
    counts,
    saving.map(({ id }) => id),
  );
  const [node, most] = [...counts].reduce((a, b) => ((b[1] ?? 0) > (a[1] ?? 0) ? b : a), ['', 0]);
  const unsaved = most !== null && most > (keys ?? 0) ? { node, keys: most } : null;
  return { ...disk, keys, unsaved };
}

function keptData(cluster: string, data: DataOnDisk): OperatorError {
  return refused('kept-data', `cluster "${cluster}" is down, and its data was kept: ${dataWords(data)}`, {
    why: 'nothing else is left of it, so this would delete that data',
    hint: `${command('up', cluster)} # starts it with this data; --delete-data deletes it`,
  });
}

/** Packet rules and proxies of this cluster: what else may be in effect goes with the nodes. */
async function clearLinks(host: NodeHost): Promise<void> {
  const probe = await host.links();
  if (!probe.ok) return;
  for (const tag of await probe.links.tags()) await probe.links.clear(tag);
}

/**
 * Ends the guard processes of a journal: once the cluster is removed there is nothing to heal. Returns whether a run left
 * something in effect.
 */
async function endWatch({ store }: Runtime, cluster: string): Promise<boolean> {
  const journal = await readJournal(store, cluster).catch(() => 'unreadable' as const);
  // Its guard ends by itself once the journal is gone.
  if (journal === 'unreadable') return true;
  for (const guard of journal?.guards ?? []) await signalProcess(guard, 'SIGKILL');
  return journal !== null && !leavesNothing(journal);
}

/** Without a state the driver is not known: each driver that works here removes what carries the cluster's name. */
async function removeByName(runtime: Runtime, cluster: string): Promise<Removed> {
  let removed = nothingRemoved;
  for (const name of Object.keys(runtime.drivers) as DriverName[]) {
    const driver = await openByName(runtime, name, cluster);
    if (driver === undefined) continue;
    removed = addRemoved(removed, await lend(driver, ({ provisioner }) => provisioner.removeAll()));
  }
  return removed;
}

async function openByName(runtime: Runtime, name: DriverName, cluster: string): Promise<Driver | undefined> {
  const factory = await runtime.drivers[name]();
  const probe = await factory.probe({ settings: {}, env: runtime.env });
  if (!probe.ok) {
    runtime.onProgress({
      type: 'note',
      level: 'warning',
      text: `not searched in ${name}: ${probe.reason}`,
    });
    return undefined;
  }
  try {
    return await openDriver(runtime, { name, cluster, settings: {} });
  } catch (error) {
    runtime.onProgress({
      type: 'note',
      level: 'warning',
      text: `not searched in ${name}: ${messageOf(error)}`,
    });
    return undefined;
  }
}
