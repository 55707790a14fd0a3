import type { NodeHost } from '../../drivers/node-host.js';
import { convergence } from '../../model/convergence.js';
import { type ClusterPlan, dataNodes } from '../../model/plan.js';
import type { Asking } from '../../wire/access.js';
import { surveyPlan } from '../ask.js';
import type { LiveCluster } from '../open.js';
import type { Runtime } from '../runtime.js';
import type { ClusterState } from '../store/state.js';
import { keysOf } from './choose-master.js';

/**
 * Looks at what an `up` left that died before it could write down its proof. It may have converged all the same, or
 * be in use: then it is taken for what it is, to be finished like any other. Undefined where nothing is lost by
 * making it anew.
 */
export async function adoptCutOff(runtime: Runtime, live: LiveCluster): Promise<LiveCluster | undefined> {
  const { state, plan, host, asking } = live;
  const { cluster } = plan.spec;
  if (!(await isAnyRunning(host, plan))) return undefined;
  if (!(await hasConverged(plan, asking)) && !(await holdsKeys(plan, asking))) return undefined;
  const [first] = plan.nodes;
  const routable = first === undefined || (await host.routable(first));
  const whole: ClusterState = { ...state, phase: 'up', routable };
  await runtime.store.save(cluster, whole);
  runtime.onProgress({
    type: 'note',
    level: 'warning',
    text: `an earlier up of "${cluster}" was cut off, but what it started runs and is kept`,
  });
  return { ...live, state: whole };
}

async function isAnyRunning(host: NodeHost, plan: ClusterPlan): Promise<boolean> {
  const seen = await Promise.all(dataNodes(plan).map((node) => host.inspect(node.id)));
  return seen.some(({ state }) => state === 'running' || state === 'paused');
}

async function hasConverged(plan: ClusterPlan, asking: Asking): Promise<boolean> {
  const { masterName } = plan.spec;
  return convergence(await surveyPlan(plan, asking), { masterName, nodes: plan.nodes }).length === 0;
}

/** Whether somebody wrote to it already. Who does not answer is taken for empty. */
async function holdsKeys(plan: ClusterPlan, asking: Asking): Promise<boolean> {
  const counted = dataNodes(plan).map((node) => keysOf(node, asking).catch(() => 0));
  return (await Promise.all(counted)).some((keys) => keys > 0);
}
