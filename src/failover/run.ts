import { surveyPlan } from '../cluster/ask.js';
import { type BringUp, proveConvergence } from '../cluster/bring-up.js';
import { type Engine, openDriver, requireCluster, step } from '../cluster/engine.js';
import { EXIT, OperatorError } from '../errors.js';
import { withLock } from '../host/lock.js';
import { dataNodes, sentinelNodes } from '../model/plan.js';
import type { ClusterSpec } from '../model/spec.js';
import { castOf, type Story } from './cast.js';
import { type Fault, killMaster } from './fault.js';
import { followFailover } from './follow.js';
import { judgeInvariants } from './invariants.js';
import type { Observation } from './observation.js';
import { type Observer, observe } from './observer.js';
import { newMasterOf } from './phases.js';
import { requirePastFailoverGuard, requireSteady } from './preflight.js';
import { rejoin } from './rejoin.js';
import { restore } from './restore.js';
import type { FailoverResult, Rejoin } from './result.js';
import { resultOf } from './verdict.js';

/** Deadline of one question, in milliseconds. */
const ASK_DEADLINE_MS = 1500;
/** How long everything may take to look converged again after the old master's return, in milliseconds. */
const SETTLE_MS = 30_000;

export interface FailoverTestOptions {
  cluster: string;
  /** How the master dies: SIGKILL as in a crash, SIGTERM as in an orderly shutdown. */
  signal: 'SIGKILL' | 'SIGTERM';
  /** How the old master comes back: as reality brings it back, or as a replica at once; null leaves it down. */
  rejoin: Rejoin['mode'] | null;
  /** From the fault to the first +switch-master, in milliseconds; null: down-after + 2 s. */
  budgetMs: number | null;
  /** How long a failover is waited for, in milliseconds; null: down-after + failover-timeout + 10 s. */
  waitMs: number | null;
  /** The command line that runs this again, for the report. */
  command: string;
}

/** What the budget allows beyond down-after, in milliseconds. */
export const BUDGET_BEYOND_DOWN_AFTER_MS = 2000;

/**
 * Kills the master of a cluster of ours, times its replacement phase by phase, brings it back and confirms that it
 * rejoined. Whatever happens after the kill, an abort included, the old master is put back before this settles.
 * Throws `not-steady` or `too-soon` (3) before anything is touched, `not-restored` (4) when the old master could
 * not be put back safely; a failover that is late or never comes is a result, not an error.
 */
export function runFailoverTest(engine: Engine, options: FailoverTestOptions): Promise<FailoverResult> {
  return withLock(
    engine.store.lockOf(options.cluster),
    `failover-test --cluster ${options.cluster}`,
    async () => {
      const stage = await openStage(engine, options.cluster);
      try {
        return await play(engine, stage, options);
      } finally {
        stage.driver.close();
      }
    },
  );
}

/** The whole story: look, kill, follow, bring back, settle, judge. */
async function play(engine: Engine, up: BringUp, options: FailoverTestOptions): Promise<FailoverResult> {
  const { plan, driver, asking } = up;
  const { spec } = plan;
  const before = await step(engine, 'preflight', 'looking whether a fault may be injected', async () => {
    await requirePastFailoverGuard(plan, driver, engine.clock.wallMs());
    return requireSteady(plan, asking);
  });
  const cast = castOf(plan, before);
  engine.onProgress({ type: 'note', level: 'info', text: cast.sentence });
  const observer = await observe(
    { data: dataNodes(plan), sentinels: sentinelNodes(plan) },
    { clock: engine.clock, masterName: cast.masterName, password: asking.password },
  );
  const story: Story = { engine, up, cast, observer };
  try {
    const { fault, newMaster, back } = await orPutBack(story, async () => {
      const fault = await killMaster(story, options.signal);
      await followFailover(story, fault.atMs, options.waitMs ?? defaultWaitMs(spec));
      const newMaster = newMasterOf(since(observer, fault), cast);
      if (newMaster === null) await restore(story, 'no failover came');
      const wanted = newMaster === null ? null : options.rejoin;
      const back = newMaster && wanted && (await rejoin(story, fault.atMs, newMaster, wanted));
      return { fault, newMaster, back };
    });
    if (back !== null) await step(engine, 'settle', 'everyone agrees again', () => settle(up));
    const snapshot = await surveyPlan(plan, asking);
    const seen = since(observer, fault);
    const invariants = judgeInvariants({ cast, newMaster, rejoin: back, snapshot, seen });
    const budgetMs = options.budgetMs ?? spec.downAfterMs + BUDGET_BEYOND_DOWN_AFTER_MS;
    return resultOf({
      plan,
      cast,
      seen,
      fault,
      newMaster,
      rejoin: back,
      invariants,
      before,
      budgetMs,
      options,
    });
  } finally {
    await observer.close();
  }
}

/** Opens what a test needs of a cluster of ours; the caller closes the driver. */
async function openStage(engine: Engine, cluster: string): Promise<BringUp> {
  const state = await requireCluster(engine.store, cluster);
  const password = await engine.store.password(cluster);
  const asking = { clock: engine.clock, password, deadlineMs: ASK_DEADLINE_MS, signal: engine.signal };
  return { driver: await openDriver(engine, state), plan: state.plan, asking, deadlineMs: SETTLE_MS };
}

/** The procedure's own bound for a failover, and some. */
const defaultWaitMs = (spec: ClusterSpec): number => spec.downAfterMs + spec.failoverTimeoutMs + 10_000;

/** From the fault on; what was seen before it belongs to another story. */
const since = (observer: Observer, fault: Fault): Observation[] =>
  observer.seen.filter((o) => o.atMs >= fault.atMs);

/** From the first touch on: whatever goes wrong, an abort included, the old master is put back before it goes on. */
async function orPutBack<T>(story: Story, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof OperatorError && error.exitCode === EXIT.notRestored) throw error;
    await restore(story, 'the test was cut short');
    throw error;
  }
}

/** What could not be proved shows in the invariants, with its evidence. */
async function settle(up: BringUp): Promise<void> {
  try {
    await proveConvergence(up);
  } catch (error) {
    if (!(error instanceof OperatorError && error.code === 'not-converged')) throw error;
  }
}
