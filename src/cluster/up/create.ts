import type { Driver } from '../../drivers/driver.js';
import { messageOf, notRestored, refused } from '../../errors.js';
import { redisConf, sentinelConf } from '../../model/conf.js';
import { command } from '../../model/hints.js';
import { dataNodes, type NodePlan, sentinelNodes } from '../../model/plan.js';
import type { Asking } from '../ask.js';
import {
  allEnded,
  attachReplicas,
  type LiveCluster,
  proveConvergence,
  startAndGreet,
  startSentinels,
} from '../bring-up.js';
import { type Runtime, step } from '../runtime.js';
import type { ClusterState } from '../store/state.js';
import { chooseMaster } from './choose-master.js';
import { rememberMaster } from './last-master.js';
import { type UpResult, upResult } from './result.js';

/** How long one node may take to start, and the cluster to converge, in milliseconds; `--timeout` aborts earlier. */
export const NODE_BOUND_MS = 60_000;
/** Deadline of one question while the cluster starts, in milliseconds. */
const ASK_DEADLINE_MS = 1500;

/** Every data node is down: all is made anew around the data on disk, and whoever holds it becomes the master. */
export async function coldStart(
  runtime: Runtime,
  driver: Driver,
  state: ClusterState,
  password: string | null,
): Promise<UpResult> {
  runtime.onProgress({
    type: 'note',
    level: 'info',
    text: 'no data node runs: starting from what is on disk',
  });
  const known = await rememberMaster(runtime.store, driver, state);
  await driver.removeAll({ keepData: true });
  return createAndConverge(runtime, driver, known, password, { keepDataOnFailure: true });
}

/**
 * Makes every node of a plan, starts them and proves that they converged. What this call made is taken down again
 * when it fails; throws what it failed by.
 */
export async function createAndConverge(
  runtime: Runtime,
  driver: Driver,
  state: ClusterState,
  password: string | null,
  { keepDataOnFailure }: { keepDataOnFailure: boolean },
): Promise<UpResult> {
  const { plan } = state;
  const { cluster } = plan.spec;
  const asking: Asking = {
    clock: runtime.clock,
    password,
    deadlineMs: ASK_DEADLINE_MS,
    signal: runtime.signal,
  };
  const bringUp: LiveCluster = { driver, plan, asking, deadlineMs: NODE_BOUND_MS };
  try {
    await driver.prepare(plan.nodes, runtime.onProgress, runtime.signal);
    const convergedMs = await step(runtime, 'up', `bringing up ${plan.nodes.length} nodes`, () =>
      converge(bringUp, password, runtime, keepDataOnFailure ? { lastMaster: state.lastMaster } : null),
    );
    const first = plan.nodes[0];
    const routable = first === undefined || (await driver.routable(first));
    const settings = { ...driver.settings };
    await runtime.store.save(cluster, { ...state, phase: 'up', routable, settings, lastMaster: undefined });
    return upResult(plan, routable, convergedMs, false, bringUp.masterId);
  } catch (error) {
    await undo(runtime, driver, cluster, keepDataOnFailure, error);
    throw error;
  }
}

/** Throws `not-taken-down` (4) when something of it stays; the state stays too then, so that `down` finds it. */
async function undo(
  runtime: Runtime,
  driver: Driver,
  cluster: string,
  keepData: boolean,
  cause: unknown,
): Promise<void> {
  try {
    await step(runtime, 'undo', 'taking down what was started', () => driver.removeAll({ keepData }));
    if (!keepData) await runtime.store.forget(cluster);
  } catch (error) {
    throw notRestored('not-taken-down', `${cluster} did not come up, and could not be taken down again`, {
      why: [messageOf(cause), messageOf(error)].join('\n'),
      hint: `${command(keepData ? 'down --keep-data' : 'down', cluster)}, once what is in the way is mended`,
      cause: error,
    });
  }
}

/** Creates, starts and connects every node in the order that wastes no retry; answers milliseconds. */
async function converge(
  live: LiveCluster,
  password: string | null,
  runtime: Runtime,
  cold: { lastMaster: string | undefined } | null,
): Promise<number> {
  const { driver, plan, asking } = live;
  const data = dataNodes(plan);
  const sentinels = sentinelNodes(plan);
  await allEnded(
    data.map((node) => driver.create(node, redisConf(plan, node, driver.paths(node), password))),
  );
  // A fresh cluster's master is known beforehand, so its sentinels can be made before the clock starts.
  const makeSentinels = (master: NodePlan): Promise<unknown> =>
    allEnded(
      sentinels.map((node) =>
        driver.create(node, sentinelConf(plan, node, driver.paths(node), password, master.announce)),
      ),
    );
  const planned = data[0];
  if (planned === undefined) throw refused('no-data-node', 'a cluster needs a master');
  if (cold === null) await makeSentinels(planned);
  const startedAt = asking.clock.now();
  await allEnded(data.map((node) => startAndGreet(live, node)));
  const master = cold === null ? planned : await chooseMaster(live, runtime.onProgress, cold.lastMaster);
  live.masterId = master.id;
  if (cold !== null) await makeSentinels(master);
  await attachReplicas(live, master);
  await startSentinels(live, sentinels);
  await proveConvergence(live);
  return asking.clock.now() - startedAt;
}
