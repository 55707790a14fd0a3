import { surveyPlan } from '../cluster/ask.js';
import { type BringUp, proveConvergence } from '../cluster/bring-up.js';
import { type Engine, openDriver, requireCluster, step } from '../cluster/engine.js';
import { withLock } from '../host/lock.js';
import { dataNodes, sentinelNodes } from '../model/plan.js';
import { castOf } from './cast.js';
import { killMaster } from './fault.js';
import { followFailover } from './follow.js';
import { judgeInvariants } from './invariants.js';
import { observe } from './observer.js';
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
      const state = await requireCluster(engine.store, options.cluster);
      const { plan } = state;
      const driver = await openDriver(engine, state);
      const password = await engine.store.password(options.cluster);
      const asking = { clock: engine.clock, password, deadlineMs: ASK_DEADLINE_MS, signal: engine.signal };
      const up: BringUp = { driver, plan, asking, deadlineMs: SETTLE_MS };
      const budgetMs = options.budgetMs ?? plan.spec.downAfterMs + BUDGET_BEYOND_DOWN_AFTER_MS;
      const waitMs = options.waitMs ?? plan.spec.downAfterMs + plan.spec.failoverTimeoutMs + 10_000;
      try {
        const before = await step(
          engine,
          'preflight',
          'looking whether a fault may be injected',
          async () => {
            await requirePastFailoverGuard(plan, driver, engine.clock.wallMs());
            const snapshot = await surveyPlan(plan, asking);
            requireSteady(plan, snapshot);
            return snapshot;
          },
        );
        const cast = castOf(plan, before);
        engine.onProgress({ type: 'note', level: 'info', text: cast.sentence });
        const nodes = { data: dataNodes(plan), sentinels: sentinelNodes(plan) };
        const observer = await observe(nodes, { clock: engine.clock, masterName: cast.masterName, password });
        try {
          const story = { engine, up, cast, observer };
          const fault = await killMaster(story, options.signal);
          let back: Rejoin | null = null;
          try {
            await followFailover(story, fault.atMs, waitMs);
            const newMaster = newMasterOf(
              observer.seen.filter((o) => o.atMs >= fault.atMs),
              cast,
            );
            if (newMaster === null) await restore(story, 'no failover came');
            else if (options.rejoin !== null)
              back = await rejoin(story, fault.atMs, newMaster, options.rejoin);
          } catch (error) {
            await restore(story, 'the test was cut short');
            throw error;
          }
          if (back !== null)
            await step(engine, 'settle', 'everyone agrees again', () => proveConvergence(up)).catch(
              ignoreUnproved,
            );
          const snapshot = await surveyPlan(plan, asking);
          const { seen } = observer;
          const newMaster = newMasterOf(
            seen.filter((o) => o.atMs >= fault.atMs),
            cast,
          );
          const invariants = judgeInvariants({ cast, newMaster, rejoin: back, snapshot, seen });
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
      } finally {
        driver.close();
      }
    },
  );
}

/** What could not be proved shows in the invariants, with its evidence. */
function ignoreUnproved(error: unknown): void {
  if ((error as { code?: unknown }).code !== 'not-converged') throw error;
}
