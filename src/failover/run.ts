import { type LiveCluster, type WithClusterOptions, withCluster } from '../cluster/open.js';
import type { Rights } from '../cluster/rights.js';
import type { Runtime } from '../cluster/runtime.js';
import type { ClusterState } from '../cluster/store/state.js';
import { inOneLine, NOT_BEGUN, notRestored, OperatorError, withAccount } from '../errors.js';
import { isNotRestored } from '../faults/conduct.js';
import { type Experiment, openExperiment } from '../faults/experiment.js';
import { openLive } from '../faults/live-block.js';
import { masterNow } from '../faults/restored.js';
import { aboutLeft } from '../model/duration.js';
import { dataNodes, type NodePlan } from '../model/plan.js';
import type { Snapshot } from '../model/snapshot.js';
import type { FailoverResult, Trial } from '../observe/result.js';
import { requireTime } from './budget.js';
import { abilityOf } from './fault.js';
import { withRollback } from './interrupted.js';
import type { FailoverTestOptions } from './options.js';
import { type Steering, steer } from './steer.js';
import { nodeSettings } from './topology.js';
import { playTrial } from './trial.js';
import { trialLine } from './trial-line.js';
import { resultOf } from './verdict.js';

/** Any data node may be the master in the end. */
export const isData = ({ kind }: NodePlan): boolean => kind === 'redis';

/** How long everything may take to look converged again after the old master's return, in milliseconds. */
const SETTLE_MS = 30_000;

/**
 * Takes the master of a cluster created by sentinelctl down, times its replacement phase by phase, brings it back and confirms that
 * it rejoined; as many times as asked. Throws `right-missing`, `budget-too-short`, `not-steady` or `too-soon` (3) before anything is touched,
 * `not-restored` (4) when the old master could not be restored safely. A failover that is late or never comes is a
 * result, not an error; so is a run that is interrupted after its first fault (`complete: false`).
 */
export async function runFailoverTest(
  runtime: Runtime,
  known: ClusterState,
  options: FailoverTestOptions,
): Promise<FailoverResult> {
  const what = 'failover-test';
  const rights: Rights = { purpose: what, clients: options.workload !== null, ends: isData };
  return withTrialCluster(runtime, known, { lock: what, rights }, async (live) => {
    await requireTime(runtime, options, live.settings);
    return journalled(runtime, live, 'failover-test', (experiment) =>
      playTrials(runtime, live, experiment, options),
    );
  });
}

/**
 * Opens a cluster under its lock for trials. Throws what withCluster throws; an interrupt always says which node is the
 * master, or that nothing was begun.
 */
export async function withTrialCluster<T>(
  runtime: Runtime,
  known: ClusterState,
  options: Pick<WithClusterOptions, 'lock' | 'rights'>,
  work: (live: LiveCluster) => Promise<T>,
): Promise<T> {
  let isOpen = false;
  try {
    return await withCluster(runtime, known, { ...options, deadlineMs: SETTLE_MS }, async (live) => {
      isOpen = true;
      try {
        return await work(live);
      } catch (error) {
        throw await withRollback(runtime, live, error, { undone: null, before: null });
      }
    });
  } catch (error) {
    throw isOpen || runtime.signal?.aborted !== true ? error : withAccount(error, [NOT_BEGUN]);
  }
}

/**
 * Lends a journal for everything that is done to the cluster, and closes it unless something could not be rolled back,
 * which throws `not-restored` (4).
 */
export async function journalled<T>(
  runtime: Runtime,
  live: LiveCluster,
  what: string,
  work: (experiment: Experiment) => Promise<T>,
): Promise<T> {
  const experiment = await openExperiment(runtime, live, { what, keep: false, guardMs: null });
  try {
    return await work(experiment);
  } catch (error) {
    if (!(error instanceof OperatorError && error.code === 'not-healed')) throw error;
    const { message, why, hint, cause } = error;
    throw notRestored('not-restored', message, { why, hint, cause });
  } finally {
    await experiment.close();
  }
}

/** The trials alone, on a cluster that is open. */
export async function playTrials(
  runtime: Runtime,
  live: LiveCluster,
  experiment: Experiment,
  options: FailoverTestOptions,
): Promise<FailoverResult> {
  // Any data node may be the master by the time of a later trial.
  const ability = abilityOf(options.fault);
  for (const { id } of dataNodes(live.plan)) {
    await live.host.requireAble(id, ability);
    if (options.rejoin === 'guarded') await live.host.requireAble(id, 'start');
  }
  const startedAt = new Date(runtime.clock.wallMs()).toISOString();
  const trials: Trial[] = [];
  let before: Snapshot | null = null;
  const settings = await nodeSettings(live);
  const soFar = (): FailoverResult =>
    resultOf({ plan: live.plan, trials, before, settings, startedAt, options });
  const master = options.trials > 1 ? await masterNow(live) : null;
  const steering: Steering | null =
    options.trials > 1 ? await steer({ runtime, live }, experiment, options.seed) : null;
  const hasFailedOver = (): boolean => options.hasFailedOver === true || trials.length > 0;
  const begun = runtime.clock.now();
  const onDifferences = sayOnce(runtime);
  let broken: { error: unknown } | null = null;
  try {
    // Written before anything is done: a run that is killed leaves at least what it was asked to be.
    await options.onTrial?.(soFar());
    for (let n = 1; n <= options.trials; n++) {
      const elapsedMs = runtime.clock.now() - begun;
      const leftMs = n === 1 ? null : (elapsedMs / (n - 1)) * (options.trials - n + 1);
      // A part of a larger run does not know how much is left of that.
      const shownMs = options.part === undefined ? leftMs : null;
      const block = openLive(runtime, { title: titleOf(options, n), leftMs: shownMs });
      try {
        if (options.trials > 1) sayTrial(runtime, n, options.trials, leftMs);
        if (steering !== null)
          block.update({ doing: 'waiting until every sentinel knows which replica is next' });
        await steering?.aim();
        block.update({ doing: null });
        const trial = { ...options, onDifferences, hasFailedOver: hasFailedOver() };
        const played = await playTrial(runtime, live, experiment, trial, block);
        before ??= played.before;
        trials.push(played.trial);
      } finally {
        block.end();
      }
      if (options.trials > 1 || options.part !== undefined) sayResult(runtime, titleOf(options, n), soFar());
      if (trials.at(-1)?.cutShort) break;
      if (n < options.trials) await options.onTrial?.(soFar());
    }
  } catch (error) {
    broken = { error };
  } finally {
    await steering?.release();
  }
  if (steering !== null) addUndone(trials, steering.undone());
  if (broken === null) return soFar();
  if (steering === null) throw broken.error;
  const last = trials.at(-1);
  const told = await withRollback(runtime, live, broken.error, {
    undone: steering.undone(),
    before: hasFailedOver() ? null : master,
    isPart: options.part !== undefined,
  });
  // What was measured is worth more than nothing; a master left down, or a bug, comes first.
  if (last === undefined || isNotRestored(told) || !(told instanceof OperatorError)) throw told;
  // The exit code still says that it was interrupted.
  if (runtime.signal?.aborted === true) return { ...soFar(), account: [...told.account] };
  const undone = steering.undone();
  return {
    ...soFar(),
    stoppedBy: inOneLine(told),
    account: [...told.account, ...(undone === null ? [] : [`rolled back: ${undone}`])],
  };
}

/** An interrupted trial says all that was rolled back, also what was set before it began. */
function addUndone(trials: Trial[], undone: string | null): void {
  const last = trials.at(-1);
  if (undone === null || last?.cutShort !== true || last.restored === undefined) return;
  const restored = { ...last.restored, undone: [...last.restored.undone, undone] };
  trials.splice(-1, 1, { ...last, restored });
}

/** Says which settings the sentinels do not agree on, once while they stay as they are. */
function sayOnce(runtime: Runtime): (words: string | null) => void {
  let said: string | null = null;
  return (words) => {
    if (words !== null && words !== said) {
      const text = `the sentinels have different settings: ${words}`;
      runtime.onProgress({ type: 'note', level: 'warning', text });
    }
    said = words;
  };
}

const titleOf = ({ trials, part }: FailoverTestOptions, n: number): string =>
  [
    ...(part === undefined ? [] : [part]),
    ...(trials > 1 ? [`trial ${n} of ${trials}`] : part === undefined ? ['failover test'] : []),
  ].join(': ');

/** The line that a finished trial leaves, with the verdict that the result gives it. */
function sayResult(runtime: Runtime, title: string, { trials }: FailoverResult): void {
  const trial = trials.at(-1);
  if (trial === undefined) return;
  const verdict = trial.outcome ?? 'unknown';
  runtime.onProgress({ type: 'result', title, verdict, text: trialLine(trial) });
}

function sayTrial(runtime: Runtime, n: number, of: number, leftMs: number | null): void {
  const left = leftMs === null ? '' : `, ${aboutLeft(leftMs)}`;
  runtime.onProgress({ type: 'note', level: 'info', text: `trial ${n} of ${of}${left}` });
}
