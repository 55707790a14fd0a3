import { type LiveCluster, withCluster } from '../cluster/open.js';
import type { Rights } from '../cluster/rights.js';
import { type Runtime, step } from '../cluster/runtime.js';
import type { ClusterState } from '../cluster/store/state.js';
import { inOneLine, OperatorError, usageError } from '../errors.js';
import { journalled, withTrialCluster } from '../failover/run.js';
import { isNotRestored } from '../faults/conduct.js';
import type { Experiment } from '../faults/experiment.js';
import { dataNodes, sentinelNodes } from '../model/plan.js';
import { majorityOf, RETURNED_MASTER_MS } from '../model/sentinel-timing.js';
import { unknownNode } from '../model/unknown-node.js';
import type { Precondition, SwitchoverResult, SwitchoverTrial } from '../observe/switchover-result.js';
import { until } from '../until.js';
import { type Look, lookAt, type Wanted } from './look.js';
import type { SwitchoverOptions } from './options.js';
import { areMet, NEWS, preconditionsOf, requireMet } from './preconditions/index.js';
import { rehearse } from './rehearsal.js';
import { resultOf } from './result.js';
import { playSwitchover } from './trial.js';

/** How often everything is read again while it is waited for, in milliseconds. */
const LOOK_EVERY_MS = 200;

/**
 * Moves the master of a cluster to one of its replicas without losing a write. Throws `switchover-refused`,
 * `not-steady` or `switchover-aborted` (3) where everything is as it was, `not-restored` or `switchover-unfinished` (4).
 */
export async function runSwitchover(
  runtime: Runtime,
  known: ClusterState,
  options: SwitchoverOptions,
): Promise<SwitchoverResult> {
  if (options.dryRun) return withCluster(runtime, known, {}, (live) => dryRun(runtime, live, options));
  const rights: Rights = { purpose: 'switchover', clients: options.workload !== null };
  const what = options.to === null ? 'switchover' : `switchover --to ${options.to}`;
  return withTrialCluster(runtime, known, { lock: 'switchover', rights }, (live) =>
    journalled(runtime, live, what, (experiment) =>
      playAll(runtime, leavingOut(live, options.without), experiment, options),
    ),
  );
}

/** What would be done to the cluster as it is now: the preconditions, and every command in a form that changes nothing. */
async function dryRun(
  runtime: Runtime,
  open: LiveCluster,
  options: SwitchoverOptions,
): Promise<SwitchoverResult> {
  const live = leavingOut(open, options.without);
  const { look, preconditions } = await lookWhenSettled(runtime, live, options);
  const isReadonly = live.state.attached?.readonly === true;
  const rehearsal = isReadonly || !areMet(preconditions) ? [] : await rehearse(live, look);
  return resultOf(live, options, { look, preconditions, rehearsal, after: null, trials: [] });
}

async function playAll(
  runtime: Runtime,
  live: LiveCluster,
  experiment: Experiment,
  options: SwitchoverOptions,
): Promise<SwitchoverResult> {
  const { look: first, preconditions: before } = await lookWhenSettled(runtime, live, options);
  requireMet(first, before);
  if (first.methodWhy !== null)
    runtime.onProgress({
      type: 'note',
      level: 'warning',
      text: `by SENTINEL FAILOVER, since ${first.methodWhy}: writes wait for about 600 ms`,
    });
  const trials: SwitchoverTrial[] = [];
  let last: Awaited<ReturnType<typeof playSwitchover>> | null = null;
  let stoppedBy: string | undefined;
  for (let n = 1; n <= options.trials; n++) {
    const to = n === 1 ? options.to : nextOf(live, trials);
    try {
      last = await playSwitchover(runtime, live, experiment, { ...options, to, n });
      trials.push(last.trial);
    } catch (error) {
      if (trials.length === 0 || isNotRestored(error) || !(error instanceof OperatorError)) throw error;
      stoppedBy = inOneLine(error);
      break;
    }
  }
  const { look, preconditions, rehearsal } = last ?? { look: first, preconditions: [], rehearsal: [] };
  return resultOf(live, options, {
    look: { ...look, snapshot: first.snapshot },
    preconditions,
    rehearsal,
    after: last?.after ?? null,
    trials,
    ...(stoppedBy !== undefined && { stoppedBy }),
  });
}

/** News that has not reached every sentinel yet is waited for; everything else that is broken is answered at once. */
async function lookWhenSettled(
  runtime: Runtime,
  live: LiveCluster,
  wanted: Wanted,
): Promise<{ look: Look; preconditions: Precondition[] }> {
  const { clock, signal } = runtime;
  return step(runtime, 'preconditions', 'checking the preconditions', async (onMissing) => {
    const lookNow = async () => {
      const look = await lookAt(runtime, live, wanted);
      return { look, preconditions: preconditionsOf(look) };
    };
    let last = await lookNow();
    await until(
      async () => {
        const broken = last.preconditions.filter(({ verdict }) => verdict === 'broken');
        if (broken.length !== 1 || broken[0]?.id !== NEWS) return true;
        onMissing([broken[0].evidence]);
        last = await lookNow();
        return undefined;
      },
      { clock, everyMs: LOOK_EVERY_MS, deadlineMs: RETURNED_MASTER_MS, signal },
    );
    return last;
  });
}

/** Each node in turn. */
function nextOf(live: LiveCluster, trials: readonly SwitchoverTrial[]): string {
  const ids = dataNodes(live.plan).map(({ id }) => id);
  const at = ids.indexOf(trials.at(-1)?.newMaster.id ?? '');
  return ids[(at + 1) % ids.length] ?? '';
}

/** The same cluster without a sentinel that does not answer: it hears of the new master from the others. */
function leavingOut(live: LiveCluster, without: string | null): LiveCluster {
  if (without === null) return live;
  const sentinels = sentinelNodes(live.plan);
  if (!sentinels.some(({ id }) => id === without)) throw unknownNode(live.plan, without);
  if (sentinels.length - 1 < majorityOf(sentinels.length))
    throw usageError('contradiction', `--without ${without} leaves no majority of the sentinels`, {
      hint: 'leave --without out',
    });
  return { ...live, plan: { ...live.plan, nodes: live.plan.nodes.filter(({ id }) => id !== without) } };
}
