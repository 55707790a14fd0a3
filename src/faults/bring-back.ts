import { surveyPlan } from '../cluster/ask.js';
import { startNode } from '../cluster/bring-up.js';
import { withoutSignal } from '../cluster/open.js';
import { afterFailover, decideStart, isFailoverNear, startWhenSafe } from '../cluster/start.js';
import { coldStart } from '../cluster/up/create.js';
import { OperatorError } from '../errors.js';
import { sameAddress } from '../model/address.js';
import { majorityMaster } from '../model/agreement.js';
import { sentinelViewsOf } from '../model/facts.js';
import { dataNodes, type NodePlan } from '../model/plan.js';
import {
  failoverBoundMs,
  nextFailoverMs,
  RETURNED_MASTER_MS,
  SAFE_RETURN_MS,
} from '../model/sentinel-timing.js';
import { until } from '../until.js';
import type { ActContext } from './act.js';
import { waitingFor } from './waiting-for.js';

/** How often the sentinels are asked about a master that returned, in milliseconds. */
const LOOK_EVERY_MS = 50;
/** How often a master that returned too late is taken down again. */
const MOST_RETURNS = 3;

/**
 * Starts a node that is down, in the safe way: a data node as a replica of the master of this moment, a master that
 * keeps nothing on disk not before another one was promoted. Where no data node is left at all, everything is
 * started again from what is on disk, as `up` does; also where no failover ever comes. Nothing to do for one that runs. Throws the guard's last refusal.
 */
export async function bringBack(context: ActContext, node: NodePlan): Promise<void> {
  const { runtime, live } = context;
  const { state } = await live.host.inspect(node.id);
  if (state === 'running' || state === 'paused') return;
  if (node.kind === 'sentinel') return startNode(live, node);
  if (await isDataGone(context)) return startFromDisk(context);
  try {
    await returnOf(context, node);
  } catch (error) {
    if (!isStuck(error) || !(await isKeptElsewhere(context, node))) throw error;
    const text = `no replica was promoted in place of ${node.id}: restarting all data nodes from what is on disk`;
    runtime.onProgress({ type: 'note', level: 'warning', text });
    await startFromDisk(context);
  }
}

/** Starts a data node, and where that is guarded takes it down again if it returned too late to stay the master. */
async function returnOf(context: ActContext, node: NodePlan): Promise<void> {
  const { runtime, live, guarded = false } = context;
  for (let n = 1; ; n++) {
    const sinceMs = runtime.clock.now();
    const decision = await waitingFor(context, node.id, (onRefusal) =>
      startWhenSafe(runtime, live, node, {
        ...(guarded && { marginMs: SAFE_RETURN_MS }),
        waiting: { bound: failoverBoundMs, onRefusal },
      }),
    );
    if (!guarded || decision?.how !== 'as-it-was' || n === MOST_RETURNS) return;
    if (await staysMaster(context, node, sinceMs)) return;
    await live.host.kill(node.id, 'SIGKILL');
  }
}

/**
 * Thaws a frozen data node in the safe way: the master only while no failover is near. One that was replaced is killed
 * and started as a replica, because a thawed master accepts writes for about 10 s.
 */
export async function thaw(context: ActContext, node: NodePlan): Promise<void> {
  const { runtime, live } = context;
  const { host } = live;
  for (let n = 1; ; n++) {
    const decision = await waitingFor(context, node.id, (onRefusal) =>
      afterFailover(live, () => decideStart(live, node, { marginMs: SAFE_RETURN_MS, inMemory: true }), {
        bound: nextFailoverMs,
        onRefusal,
      }),
    ).catch((error: unknown) => {
      if (!(error instanceof OperatorError)) throw error;
      // No failover came: the node still has the data.
      return null;
    });
    if (decision?.how === 'follow' && !(await isKnownReplica(context, node))) {
      await host.kill(node.id, 'SIGKILL');
      return bringBack(context, node);
    }
    const sinceMs = runtime.clock.now();
    await host.resume(node.id);
    if (decision?.how !== 'as-it-was' || n === MOST_RETURNS) return;
    if (await staysMaster(context, node, sinceMs)) return;
    await host.pause(node.id);
  }
}

/** Whether every sentinel that answers has heard the returned master, before one of them called it down. */
async function staysMaster({ runtime, live }: ActContext, node: NodePlan, sinceMs: number): Promise<boolean> {
  const { plan, asking } = live;
  const { masterName } = plan.spec;
  const stays = await until(
    async () => {
      const snapshot = await surveyPlan(plan, asking);
      const views = sentinelViewsOf(snapshot, masterName).map(({ view }) => view);
      if (views.some(isFailoverNear)) return false;
      if (!sameAddress(majorityMaster(snapshot, masterName), node.announce)) return false;
      const withinMs = runtime.clock.now() - sinceMs;
      return views.every((view) => (view.answeredMsAgo ?? 0) < withinMs) ? true : undefined;
    },
    { clock: runtime.clock, everyMs: LOOK_EVERY_MS, deadlineMs: RETURNED_MASTER_MS },
  );
  // What was not heard until now shows in the proof of convergence.
  return stays ?? true;
}

/** Whether every sentinel that answers knows the node, from its own words, as a replica of the current master. */
async function isKnownReplica({ live }: ActContext, node: NodePlan): Promise<boolean> {
  const { plan, asking } = live;
  const sentinelViews = sentinelViewsOf(await surveyPlan(plan, asking), plan.spec.masterName);
  return sentinelViews.every(({ view }) =>
    view.replicas.some(
      // One that was a master before the failover is listed, and has not been asked since.
      ({ address, runId, follows }) =>
        sameAddress(address, node.announce) && runId !== '' && sameAddress(follows, view.address),
    ),
  );
}

/** The guard goes on to refuse, because the failover that it waits for does not come (-failover-abort-no-good-slave). */
const isStuck = (error: unknown): boolean =>
  error instanceof OperatorError && ['would-come-back-empty', 'failover-at-hand'].includes(error.code);

/** Whether another data node runs that logs every change to disk: what it holds survives a restart of everything. */
async function isKeptElsewhere({ live }: ActContext, dead: NodePlan): Promise<boolean> {
  const others = dataNodes(live.plan).filter((node) => node.id !== dead.id && node.persistent);
  const states = await Promise.all(others.map(({ id }) => live.host.inspect(id)));
  return states.some(({ state }) => state === 'running');
}

/** Whether no data node is left alive: no node is known that another one should follow. */
export async function isDataGone({ live }: ActContext): Promise<boolean> {
  const states = await Promise.all(dataNodes(live.plan).map((node) => live.host.inspect(node.id)));
  return states.every(({ state }) => state !== 'running' && state !== 'paused');
}

/** As `up` does where no data node runs: the node that holds the data becomes the master. */
export async function startFromDisk({ runtime, live }: ActContext): Promise<void> {
  await coldStart({ ...runtime, signal: undefined }, withoutSignal(live));
}
