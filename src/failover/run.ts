import type { BringUp } from '../cluster/bring-up.js';
import { changing } from '../cluster/changing.js';
import { type Engine, openDriver, requireCluster } from '../cluster/engine.js';
import { type Experiment, openExperiment } from '../faults/experiment.js';
import type { Snapshot } from '../model/snapshot.js';
import type { FailoverTestOptions } from './options.js';
import type { FailoverResult, Trial } from './result.js';
import { type Steering, steer } from './steer.js';
import { playTrial, type TrialSettings } from './trial.js';
import { resultOf } from './verdict.js';

/** Deadline of one question, in milliseconds. */
const ASK_DEADLINE_MS = 1500;
/** How long everything may take to look converged again after the old master's return, in milliseconds. */
const SETTLE_MS = 30_000;

/**
 * Takes the master of a cluster of ours down, times its replacement phase by phase, brings it back and confirms that
 * it rejoined; as many times as asked. Throws `not-steady` or `too-soon` (3) before anything is touched,
 * `not-restored` (4) when the old master could not be put back safely. A failover that is late or never comes is a
 * result, not an error; so is a run that is interrupted after its first fault (`complete: false`).
 */
export function runFailoverTest(engine: Engine, options: FailoverTestOptions): Promise<FailoverResult> {
  return onStage(engine, options.cluster, 'failover-test', (up, routable) =>
    journalled(engine, up, 'failover-test', (experiment) =>
      playTrials(engine, up, experiment, { ...options, routable }),
    ),
  );
}

/**
 * Opens what trials need of a cluster of ours, under its lock, and closes it whatever happens. `what` is shown to
 * whoever wants the lock. Throws `cluster-unknown` or `locked` (3).
 */
export function onStage<T>(
  engine: Engine,
  cluster: string,
  what: string,
  work: (up: BringUp, routable: boolean) => Promise<T>,
): Promise<T> {
  return changing(engine, cluster, `${what} --cluster ${cluster}`, async () => {
    const state = await requireCluster(engine.store, cluster);
    const driver = await openDriver(engine, state);
    const password = await engine.store.password(cluster);
    const asking = { clock: engine.clock, password, deadlineMs: ASK_DEADLINE_MS, signal: engine.signal };
    try {
      return await work({ driver, plan: state.plan, asking, deadlineMs: SETTLE_MS }, state.routable);
    } finally {
      driver.close();
    }
  });
}

/** Lends a journal for all that is done to the cluster, and closes it unless something could not be put back. */
export async function journalled<T>(
  engine: Engine,
  up: BringUp,
  what: string,
  work: (experiment: Experiment) => Promise<T>,
): Promise<T> {
  const experiment = await openExperiment(engine, up, { what, keep: false, guardMs: null });
  try {
    return await work(experiment);
  } finally {
    await experiment.close();
  }
}

/** The trials alone, on a stage that is open; its plan's settings are taken for the cluster's live ones. */
export async function playTrials(
  engine: Engine,
  up: BringUp,
  experiment: Experiment,
  options: FailoverTestOptions & TrialSettings,
): Promise<FailoverResult> {
  const startedAt = new Date(engine.clock.wallMs()).toISOString();
  const trials: Trial[] = [];
  let before: Snapshot | null = null;
  const soFar = (): FailoverResult => resultOf({ plan: up.plan, trials, before, startedAt, options });
  const steering: Steering | null = options.trials > 1 ? await steer(up, experiment, options.seed) : null;
  const begun = engine.clock.now();
  try {
    // Written before anything is done: a run that is killed leaves at least what it was asked to be.
    await options.onTrial?.(soFar());
    for (let n = 1; n <= options.trials; n++) {
      if (options.trials > 1) sayTrial(engine, n, options.trials, engine.clock.now() - begun);
      await steering?.aim();
      const played = await playTrial(engine, up, experiment, options);
      before ??= played.before;
      trials.push(played.trial);
      if (played.trial.cutShort) break;
      if (n < options.trials) await options.onTrial?.(soFar());
    }
  } catch (error) {
    // What was measured is worth more than nothing; the exit code still says that it was interrupted.
    if (engine.signal?.aborted !== true || trials.length === 0) throw error;
  } finally {
    await steering?.release();
  }
  return soFar();
}

function sayTrial(engine: Engine, n: number, of: number, elapsedMs: number): void {
  const left = n === 1 ? '' : `, about ${Math.ceil(((elapsedMs / (n - 1)) * (of - n + 1)) / 1000)} s left`;
  engine.onProgress({ type: 'note', level: 'info', text: `trial ${n} of ${of}${left}` });
}
