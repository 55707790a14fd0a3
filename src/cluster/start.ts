import type { ConfEdit } from '../drivers/node-host.js';
import { OperatorError, refused } from '../errors.js';
import { formatAddress } from '../model/address.js';
import { majorityMaster } from '../model/agreement.js';
import { logsChangesIn, persistsIn, withReplicaOf } from '../model/conf.js';
import { command } from '../model/hints.js';
import type { NodePlan } from '../model/plan.js';
import { nextFailoverMs, type SentinelSettings } from '../model/sentinel-timing.js';
import { until } from '../until.js';
import { settingsNow, surveyPlan } from './ask.js';
import { startNode } from './bring-up.js';
import { guardStart, type StartDecision } from './guard.js';
import { hasSuccessor } from './impact.js';
import type { LiveCluster } from './open.js';
import type { Runtime } from './runtime.js';

/** Asks the sentinels right now how a data node must be started. Throws OperatorError where it must not be. */
async function decideStart(live: LiveCluster, node: NodePlan): Promise<StartDecision> {
  const { plan, host, asking } = live;
  const snapshot = await surveyPlan(plan, asking);
  const conf = await host.readConf(node.id);
  return guardStart({
    node,
    cluster: plan.spec.cluster,
    masterName: plan.spec.masterName,
    master: majorityMaster(snapshot, plan.spec.masterName),
    sentinelsReachable: snapshot.sentinels.filter((s) => s.answer !== null).length,
    callItDown: snapshot.sentinels.filter((s) =>
      s.answer?.masters.some((m) => m.name === plan.spec.masterName && m.flags.includes('s_down')),
    ).length,
    // What it saved last may be old or nothing, and its replicas hold more: they must not copy that.
    hasData: conf !== undefined && (logsChangesIn(conf) || (plan.spec.replicas === 0 && persistsIn(conf))),
  });
}

/** Starts a node safely: a sentinel with its own configuration, a data node as a replica of the current master. */
export async function startGuarded(
  runtime: Pick<Runtime, 'onProgress'>,
  live: LiveCluster,
  node: NodePlan,
): Promise<void> {
  if (node.kind === 'sentinel') return startNode(live, node);
  const decision = await decideStart(live, node);
  runtime.onProgress({ type: 'note', level: 'info', text: `${node.id} starts ${describe(decision)}` });
  return startNode(live, node, editFor(decision));
}

/**
 * Whether a data node that runs could be started again once it was stopped. A master that keeps nothing on disk can
 * only come back behind a successor, so there must be one. Throws what the guard would throw.
 */
export async function requireReturn(live: LiveCluster, node: NodePlan): Promise<void> {
  if (node.kind === 'sentinel') return;
  try {
    await decideStart(live, node);
  } catch (error) {
    const isEmptyMaster = error instanceof OperatorError && error.code === 'would-come-back-empty';
    if (!isEmptyMaster) throw error;
    if (hasSuccessor({ plan: live.plan, snapshot: await surveyPlan(live.plan, live.asking) }, node)) return;
    throw refused(
      'would-come-back-empty',
      `${node.id} is the master, and would start empty or with old data`,
      {
        why: 'it writes no append-only file, and no linked replica could be promoted in its place',
        hint: `${command('status', live.plan.spec.cluster)}; or --as-crashed to accept the loss`,
      },
    );
  }
}

/**
 * Starts a node as soon as that is safe: a master that does not log its changes to disk is not started before another one was
 * promoted. Throws the guard's last refusal after `bound`: down-after + 15 s by default.
 */
export async function startWhenSafe(
  runtime: Pick<Runtime, 'onProgress'>,
  live: LiveCluster,
  node: NodePlan,
  bound?: FailoverBound,
): Promise<void> {
  if (node.kind === 'sentinel') return startNode(live, node);
  await afterFailover(live, () => decideStart(live, node), bound);
  return startGuarded(runtime, live, node);
}

/** How long a failover is waited for, in milliseconds, by the settings in effect. */
type FailoverBound = (settings: SentinelSettings) => number;

/** Asks again as long as it is refused and a failover may still change that; throws the last refusal. */
export async function afterFailover<T>(
  live: LiveCluster,
  ask: () => Promise<T>,
  bound: FailoverBound = nextFailoverMs,
): Promise<T> {
  const deadlineMs = bound(await settingsNow(live.plan, live.asking));
  let lastRefusal: unknown;
  const found = await until(
    () =>
      ask().catch((error: unknown) => {
        if (!(error instanceof OperatorError)) throw error;
        lastRefusal = error;
        return undefined;
      }),
    {
      clock: live.asking.clock,
      everyMs: 100,
      deadlineMs,
      signal: live.asking.signal,
    },
  );
  if (found === undefined) throw lastRefusal;
  return found;
}

/** Starts a data node without the guard: for 10 s it may be a second master. */
export function startAsCrashed(live: LiveCluster, node: NodePlan): Promise<void> {
  return startNode(live, node);
}

function editFor(decision: StartDecision): ConfEdit | undefined {
  return decision.how === 'follow' ? (conf) => withReplicaOf(conf, decision.master) : undefined;
}

function describe(decision: StartDecision): string {
  return decision.how === 'follow'
    ? `as a replica of ${formatAddress(decision.master)}, the current master`
    : `with its own configuration: ${decision.why}`;
}
