import { type ActResult, type NodeRequest, onNode, start, stop } from '../cluster/act.js';
import { surveyPlan } from '../cluster/ask.js';
import { type LiveCluster, withoutSignal } from '../cluster/open.js';
import type { Runtime } from '../cluster/runtime.js';
import { isReplaced, requireReturn, startWhenSafe } from '../cluster/start.js';
import type { ClusterState } from '../cluster/store/state.js';
import type { NodeInspection } from '../drivers/node-host.js';
import { messageOf, notRestored, OperatorError } from '../errors.js';
import { convergence } from '../model/convergence.js';
import { command } from '../model/hints.js';
import type { NodePlan } from '../model/plan.js';
import type { Act } from './act.js';
import { openExperiment } from './experiment.js';

/**
 * Stops a node and starts it again, under the cluster's lock. Between the two it may wait for a failover, so the journal
 * has it until it ended or said itself how it failed: where this process is killed, `recover` starts the node. Throws
 * OperatorError where the node must not be stopped, and `not-restored` (4) where it could not be started again.
 */
export const restart = (runtime: Runtime, known: ClusterState, request: NodeRequest): Promise<ActResult> =>
  onNode(runtime, known, request, 'restart', async (live, node, before) => {
    const { host } = live;
    if (before.state === 'running' && !request.asCrashed) await requireReturn(live, node);
    // Before it is ended: whether it can come back as what it must be.
    if (node.kind === 'redis' && !request.asCrashed) await host.requireAble(node.id, 'start');
    // A paused server wakes up to end, and may take writes until it has: one that was replaced must not.
    const isStale = before.state === 'paused' && (await isReplaced(live, node));
    await journalled(runtime, live, node, before, async () => {
      if (isStale) await host.kill(node.id, 'SIGKILL');
      else await stop(host, node, before);
      if (!request.asCrashed && node.kind === 'redis') {
        const text = `${node.id} is stopped; waiting until it can start without becoming an empty master or a second one`;
        runtime.onProgress({ type: 'note', level: 'info', text });
      }
      await startAgain(runtime, live, node, request);
    });
    return true;
  });

/** Runs `work` with the end of the node in the journal. A node that does not run is not ended: nothing is left where that is killed. */
async function journalled(
  runtime: Runtime,
  live: LiveCluster,
  node: NodePlan,
  { state }: NodeInspection,
  work: () => Promise<void>,
): Promise<void> {
  if (state !== 'running' && state !== 'paused') return work();
  const experiment = await openExperiment(runtime, live, {
    what: `restart ${node.id}`,
    keep: false,
    guardMs: null,
    proof: state === 'running' && (await isWhole(live)),
  });
  const planned = await experiment.plan(endOf(node, state));
  const close = async (): Promise<void> => {
    await experiment.settled(planned);
    await experiment.close();
  };
  try {
    await work();
  } catch (error) {
    // What it says is what happened, also where the journal cannot be written.
    await close().catch(() => {});
    throw error;
  }
  await close();
}

/** What is rolled back last comes first: one that is frozen is thawed, or ended, before it is started. */
function endOf({ id }: NodePlan, state: 'running' | 'paused'): Act[] {
  const end: Act = { act: 'end', node: id, signal: 'SIGTERM' };
  return state === 'paused' ? [end, { act: 'pause', node: id }] : [end];
}

async function isWhole({ plan, asking }: LiveCluster): Promise<boolean> {
  const { masterName } = plan.spec;
  return convergence(await surveyPlan(plan, asking), { masterName, nodes: plan.nodes }).length === 0;
}

/** The second half of a restart: an abort does not prevent it, since the first half is done. Throws `not-restored` (4). */
async function startAgain(
  runtime: Runtime,
  live: LiveCluster,
  node: NodePlan,
  request: NodeRequest,
): Promise<void> {
  try {
    await start(runtime, withoutSignal(live), node, request.asCrashed, startWhenSafe);
  } catch (error) {
    const why = error instanceof OperatorError ? error.why : undefined;
    const { cluster } = live.plan.spec;
    throw notRestored('not-restored', `${node.id} was stopped and could not be started again safely`, {
      why: [messageOf(error), why].filter(Boolean).join('\n'),
      hint: `${command('status', cluster)} # then: ${command(`start ${node.id}`, cluster)}`,
      cause: error,
    });
  }
}
