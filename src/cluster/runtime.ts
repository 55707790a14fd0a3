import type { Clock } from '../clock.js';
import type { OpenAttachedHost } from '../drivers/attached-host.js';
import type { DriverContext } from '../drivers/driver.js';
import type { DriverRegistry } from '../drivers/select.js';
import { type OperatorError, refused } from '../errors.js';
import type { AttachedCluster, Way } from '../model/attached.js';
import type { OnProgress } from '../model/events.js';
import type { Forgetting } from '../model/forgetting.js';
import { command, isUnnamed, typedFor, typedForNearest } from '../model/hints.js';
import { DEFAULT_SPEC } from '../model/spec.js';
import { listed } from '../model/words.js';
import type { Access, ClientLogin } from '../wire/access.js';
import type { ClusterState, Store } from './store/state.js';

/** What a command hands in to act on a cluster that sentinelctl did not start. */
export interface AttachedWays {
  /** Which of its masters is meant; null: the only one. */
  masterName: string | null;
  /** What opens connections to it: passwords and certificates are read now. */
  access(record: AttachedCluster): Promise<Access>;
  /**
   * Throws `readonly`, `not-confirmed` or `declined` (3) where it must not be changed: called before anything is. `does`
   * says what will happen, where `what` is only the command.
   */
  allow(record: AttachedCluster, what: string, does?: string): Promise<void>;
  /**
   * Throws `others-act` (3) where something else acts on the cluster too, unless this very command was confirmed by name:
   * called before a sentinel is made to forget.
   */
  requireAlone(record: AttachedCluster, what: Forgetting): Promise<void>;
  /** Writes a rollback into the audit log: what it undoes was confirmed when it was done. */
  noteRollback(record: AttachedCluster, what: string): Promise<void>;
  hosts: Readonly<Record<Way, () => Promise<OpenAttachedHost>>>;
}

/** What every function below the commands works with: handed in, so that nothing reads the process or the time itself. */
export interface Runtime {
  clock: Clock;
  store: Store;
  env: DriverContext['env'];
  drivers: DriverRegistry;
  onProgress: OnProgress;
  /** How clusters that sentinelctl did not start are acted on; absent: they are not. */
  attached?: AttachedWays | undefined;
  /** What the clients of a test log in to data nodes with; absent: as the application does where that is known, else as sentinelctl does. */
  clientLogin?: ClientLogin | undefined;
  signal?: AbortSignal | undefined;
}

/**
 * The state of a cluster that must exist. Throws `cluster-unknown` (3) that names the known clusters; `whereNone` is its
 * hint where there are none.
 */
export async function requireCluster(
  store: Store,
  cluster: string,
  whereNone = `${command('up', cluster)} # or --sentinel-addrs HOST:PORT,… for a cluster that runs already`,
): Promise<ClusterState> {
  const state = await store.load(cluster);
  if (state !== undefined) return state;
  throw await unknownCluster(store, cluster, whereNone);
}

/**
 * Runs one piece of work as a step of the progress stream; the work may say again and again what is still missing. The
 * step failed where the work throws, or `isDone` says no of its result.
 */
export async function step<T>(
  runtime: Pick<Runtime, 'clock' | 'onProgress'> & Partial<Pick<Runtime, 'signal'>>,
  id: string,
  label: string,
  work: (onMissing: (missing: readonly string[]) => void) => Promise<T>,
  isDone: (result: T) => boolean = () => true,
): Promise<T> {
  const started = runtime.clock.now();
  // What begins after a signal rolls back: where that fails, it failed.
  const isRollback = runtime.signal?.aborted === true;
  runtime.onProgress({ type: 'step', id, state: 'start', label });
  let last = '';
  const onMissing = (missing: readonly string[]): void => {
    const now = missing.join('\n');
    if (now !== last) runtime.onProgress({ type: 'step', id, state: 'start', label, missing });
    last = now;
  };
  const end = (isGood: boolean): void => {
    const ms = runtime.clock.now() - started;
    const isCut = !isRollback && runtime.signal?.aborted === true;
    const how = isGood
      ? { state: 'done' as const }
      : { state: 'failed' as const, ...(isCut && { interrupted: true as const }) };
    runtime.onProgress({ type: 'step', id, label, ms, ...how });
  };
  try {
    const result = await work(onMissing);
    end(isDone(result));
    return result;
  } catch (error) {
    end(false);
    throw error;
  }
}

/** `cluster-unknown` (3): the cluster does not exist, or none was named and none is meant. */
async function unknownCluster(store: Store, cluster: string, whereNone: string): Promise<OperatorError> {
  const names = await store.list();
  // An empty directory of its name is listed too, and is not it.
  const known = names.filter((name) => name !== cluster);
  const [first] = known;
  if (first === undefined)
    return refused('cluster-unknown', `cluster "${cluster}" does not exist on this machine`, {
      why: 'no cluster is known on this machine',
      hint: whereNone,
    });
  if (cluster === DEFAULT_SPEC.cluster && isUnnamed())
    return names.length === 1 && (await store.attached(first)) !== undefined
      ? notStarted(first)
      : unnamed(first, known);
  return refused('cluster-unknown', `cluster "${cluster}" does not exist on this machine`, {
    why: `known clusters: ${known.join(', ')}`,
    // Not `up` too: the ports of the others are taken.
    hint: typedForNearest(cluster, known),
  });
}

/** The only one that is known, which a command that looks would have taken. */
const notStarted = (only: string): OperatorError =>
  refused(
    'cluster-unknown',
    `no cluster was named, and the only one, ${only}, was not started by sentinelctl`,
    {
      why: 'a cluster that sentinelctl did not start is changed only where its name is typed',
      hint: `${typedFor(DEFAULT_SPEC.cluster, only)} # what changes it needs --cluster ${only} too, and asks for its name (or --confirm)`,
    },
  );

const unnamed = (first: string, known: readonly string[]): OperatorError =>
  refused(
    'cluster-unknown',
    `no cluster was named; there ${known.length === 1 ? 'is' : 'are'} ${known.length}: ${listed(known)}`,
    {
      why: `a command without --cluster uses the cluster "${DEFAULT_SPEC.cluster}", which does not exist`,
      hint: `${typedFor(DEFAULT_SPEC.cluster, first)} # or, for every later command: sentinelctl use ${first}`,
    },
  );
