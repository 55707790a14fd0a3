import type { LiveCluster } from '../cluster/open.js';
import { type Runtime, step } from '../cluster/runtime.js';
import { EXIT, OperatorError, withAccount } from '../errors.js';
import { dataNodes, sentinelNodes } from '../model/plan.js';
import type { Snapshot } from '../model/snapshot.js';
import type { Observation } from '../observe/observation.js';
import { type Observer, observe } from '../observe/observer.js';
import { restoredLines } from '../observe/restored-words.js';
import type { Restored, WorkloadSettings } from '../observe/result.js';
import type { ClusterRoles } from '../observe/roles.js';
import type { Load } from '../workload/load.js';
import type { Act } from './act.js';
import type { Experiment, Injected } from './experiment.js';
import type { LiveBlock } from './live-block.js';
import { preflight, requireSteady } from './preflight.js';
import { restoredNow } from './restored.js';

/** A run of faults on one cluster. Times are milliseconds on the run's clock. */
export interface FaultRun {
  readonly runtime: Runtime;
  readonly live: LiveCluster;
  readonly experiment: Experiment;
  /** The cluster at the preflight. */
  readonly before: Snapshot;
  readonly roles: ClusterRoles;
  readonly observer: Observer;
  /** The clients that write during the run; null where there are none. */
  readonly load: Load | null;
  /** When everything was ready. */
  readonly startedAtMs: number;
  /** When the last injection began; `startedAtMs` before the first one. */
  injectedAtMs: number;
  /** False while something is in effect, or not proved to be gone. */
  healed: boolean;
  /** Stops the clients, removes what they wrote, and stops observing. */
  close(): Promise<void>;
}

interface RunOptions {
  workload: WorkloadSettings | null;
  /** The clients get an address of their own, so that a fault can cut them off. */
  clientsApart?: boolean;
  onSeen?: (observation: Observation) => void;
  /** Shows what the clients do. */
  block?: LiveBlock | undefined;
  /** The same command has replaced the master before this run. */
  hasFailedOver?: boolean;
}

/** The master that an interrupted command began with; null where it has replaced it. */
const oldMasterOf = ({ master }: ClusterRoles, { hasFailedOver = false }: RunOptions) =>
  hasFailedOver ? null : master;

/**
 * The first half of every run: preflight, observe, start the clients. Throws `not-steady` or `too-soon` (3) before
 * anything is done.
 * @internal Tests play the acts of a run one by one.
 */
export async function openRun(
  runtime: Runtime,
  live: LiveCluster,
  experiment: Experiment,
  options: RunOptions,
): Promise<FaultRun> {
  const { workload, clientsApart = false, onSeen, block } = options;
  const { plan, asking } = live;
  const { clock } = runtime;
  const { snapshot: before, roles } = await step(
    runtime,
    'preflight',
    'checking that the cluster is steady',
    () => preflight(runtime, live),
  );
  const observer = await observe(
    { data: dataNodes(plan), sentinels: sentinelNodes(plan) },
    { clock, masterName: roles.masterName, access: asking.access },
    onSeen,
  );
  let load: Load | null = null;
  const close = async (): Promise<void> => {
    await load?.end();
    await observer.close();
  };
  try {
    if (workload !== null) {
      // The workload and its histograms are loaded only where they are needed.
      const { startLoad } = await import('../workload/load.js');
      await experiment.begin();
      load = await startLoad({ runtime, live, observer, roles }, workload, clientsApart);
      block?.follow(load);
      // Starting the clients takes a while: the cluster must still be steady.
      await requireSteady(plan, asking);
    }
  } catch (error) {
    await close();
    if (runtime.signal?.aborted !== true) throw error;
    const restored = await restoredNow(runtime, live, []);
    const isPart = experiment.active().length > 0;
    throw withAccount(runtime.signal.reason, restoredLines(restored, oldMasterOf(roles, options), isPart));
  }
  const now = clock.now();
  return {
    runtime,
    live,
    experiment,
    before,
    roles,
    observer,
    load,
    startedAtMs: now,
    injectedAtMs: now,
    healed: true,
    close,
  };
}

export interface ConductOptions<R> extends RunOptions {
  /** What is in effect when the run ends early stays: on purpose (`keep`), or because the cluster is removed. */
  leaves?: () => boolean;
  /** The result of a run that was aborted, after the rollback; null where there is none yet. */
  salvage?: (run: FaultRun, restored: Restored) => Promise<R | null>;
  /** What was seen until the abort, in lines: told where there is no result. */
  seen?: () => string[];
}

/**
 * Conducts a run: preflight, observe, start the clients, `play` (inject, follow, heal, settle, read back, judge), close.
 * Where `play` fails or is aborted, everything that it injected is rolled back first. Throws what `play` throws, or
 * `not-healed` (4).
 */
export async function conduct<R>(
  runtime: Runtime,
  live: LiveCluster,
  experiment: Experiment,
  options: ConductOptions<R>,
  play: (run: FaultRun) => Promise<R>,
): Promise<R> {
  const earlier = experiment.active();
  const run = await openRun(runtime, live, experiment, options);
  try {
    return await play(run);
  } catch (error) {
    const isAborted = runtime.signal?.aborted === true;
    if (isNotRestored(error)) throw error;
    const seen = options.seen?.() ?? [];
    if (options.leaves?.() === true) throw isAborted ? withAccount(runtime.signal?.reason, seen) : error;
    if (!isAborted) {
      if (!run.healed) await healRun(run, earlier);
      throw error;
    }
    const restored = await restoreRun(run, earlier);
    const salvaged = await options.salvage?.(run, restored);
    if (salvaged != null) return salvaged;
    const lines = restoredLines(restored, oldMasterOf(run.roles, options), earlier.length > 0);
    throw withAccount(runtime.signal?.reason, [...seen, ...lines]);
  } finally {
    await run.close();
  }
}

/** Injects acts; what is observed from then on counts from this moment. */
export function inject(run: FaultRun, acts: readonly Act[]): Promise<Injected[]> {
  return run.experiment.inject(acts, () => {
    run.injectedAtMs = run.runtime.clock.now();
    run.healed = false;
    run.observer.hurry();
  });
}

/** Changes settings; the faults that come later count from their own moment. */
export function injectSettings(run: FaultRun, acts: readonly Act[]): Promise<Injected[]> {
  return run.experiment.inject(acts, () => {
    run.healed = false;
  });
}

/** Reverts everything that this run injected and proves convergence. `earlier` acts stay in effect. Throws `not-healed` (4). */
export async function healRun(run: FaultRun, earlier: readonly Injected[] = []): Promise<void> {
  const { experiment, observer } = run;
  observer.expectReturn();
  if (earlier.length === 0) await experiment.heal();
  else {
    const only = experiment.active().filter(({ n }) => !earlier.some((one) => one.n === n));
    await experiment.heal({ only, prove: true });
  }
  run.healed = true;
}

/**
 * Ends an interrupted run: stops its clients, rolls back everything that it injected so that no second master returns,
 * proves convergence, and removes its keys. Throws `not-healed` or `not-restored` (4).
 */
async function restoreRun(run: FaultRun, earlier: readonly Injected[]): Promise<Restored> {
  const { runtime, live, experiment } = run;
  const stopped = run.load?.stop();
  const own = experiment.active().filter(({ n }) => !earlier.some((one) => one.n === n));
  await experiment.heal({
    ...(earlier.length > 0 && { only: own }),
    prove: true,
    guarded: true,
  });
  run.healed = true;
  await stopped;
  return restoredNow(runtime, live, own);
}

/** Whether something that a run injected is still in effect (exit code 4). */
export const isNotRestored = (error: unknown): boolean =>
  error instanceof OperatorError && error.exitCode === EXIT.notRestored;
