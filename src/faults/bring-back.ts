import { startNode } from '../cluster/bring-up.js';
import { withoutSignal } from '../cluster/open.js';
import { startWhenSafe } from '../cluster/start.js';
import { coldStart } from '../cluster/up/create.js';
import { OperatorError } from '../errors.js';
import { dataNodes, type NodePlan } from '../model/plan.js';
import { failoverBoundMs } from '../model/sentinel-timing.js';
import type { ActContext } from './act.js';

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
    await startWhenSafe(runtime, live, node, failoverBoundMs);
  } catch (error) {
    if (!isStuck(error) || !(await isKeptElsewhere(context, node))) throw error;
    const text = `no replica was promoted in place of ${node.id}: restarting all data nodes from what is on disk`;
    runtime.onProgress({ type: 'note', level: 'warning', text });
    await startFromDisk(context);
  }
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
