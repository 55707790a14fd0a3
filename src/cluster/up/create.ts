import type { Provisioner } from '../../drivers/provisioner.js';
import { messageOf, notRestored, refused } from '../../errors.js';
import { redisConf, sentinelConf } from '../../model/conf.js';
import { command, recreate } from '../../model/hints.js';
import { dataNodes, type NodePlan, sentinelNodes } from '../../model/plan.js';
import { allEnded, attachReplicas, proveConvergence, startNode, startSentinels } from '../bring-up.js';
import { type LiveCluster, provisionerOf } from '../open.js';
import { type Runtime, step } from '../runtime.js';
import { chooseMaster, type KeptData, rememberMaster } from './master.js';
import { type UpResult, upResult } from './result.js';

/** Every data node is down: all nodes are recreated with the data on disk, and the node that holds it becomes the master. */
export async function coldStart(runtime: Runtime, live: LiveCluster): Promise<UpResult> {
  runtime.onProgress({
    type: 'note',
    level: 'info',
    text: 'no data node is running: starting from the data on disk',
  });
  const state = await rememberMaster(runtime.store, live.host, live.state);
  await provisionerOf(live).removeAll({ keepData: true });
  return createAndConverge(runtime, { ...live, state }, { keepDataOnFailure: true });
}

/**
 * Creates every node of a plan, starts them and proves that they converged. On failure, removes what this call created
 * and throws the cause.
 */
export async function createAndConverge(
  runtime: Runtime,
  live: LiveCluster,
  { keepDataOnFailure }: { keepDataOnFailure: boolean },
): Promise<UpResult> {
  const { host, state, plan } = live;
  const provisioner = provisionerOf(live);
  const { cluster } = plan.spec;
  try {
    // Before the nodes start: each that writes to disk has a file from then on.
    const kept = keepDataOnFailure
      ? { lastMaster: state.lastMaster, onDisk: (await provisioner.dataOnDisk()).nodes }
      : null;
    await provisioner.prepare(plan.nodes, runtime.onProgress, runtime.signal);
    const { master, ms } = await step(runtime, 'up', `bringing up ${plan.nodes.length} nodes`, () =>
      converge(runtime, live, kept),
    );
    const first = plan.nodes[0];
    const routable = first === undefined || (await host.routable(first));
    const settings = { ...provisioner.settings };
    await runtime.store.save(cluster, { ...state, phase: 'up', routable, settings, lastMaster: undefined });
    return upResult(plan, routable, ms, false, master.id);
  } catch (error) {
    await undo(runtime, provisioner, cluster, keepDataOnFailure, error);
    throw error;
  }
}

/** Creates a node with its configuration and, with TLS, its certificate. */
export async function createNode(
  { store }: Pick<Runtime, 'store'>,
  live: LiveCluster,
  node: NodePlan,
  conf: string,
): Promise<void> {
  await provisionerOf(live).create(node, conf, await store.extrasOf(live.state, node.id));
}

/** Throws `not-taken-down` (4) when something of it stays; the state stays too then, so that `down` finds it. */
async function undo(
  runtime: Runtime,
  provisioner: Provisioner,
  cluster: string,
  keepData: boolean,
  cause: unknown,
): Promise<void> {
  try {
    await step(runtime, 'undo', 'removing what was started', () => provisioner.removeAll({ keepData }));
    if (!keepData) await runtime.store.forget(cluster);
  } catch (error) {
    throw notRestored(
      'not-taken-down',
      `${cluster} did not come up, and what was started could not be removed`,
      {
        why: [messageOf(cause), messageOf(error)].join('\n'),
        hint: `fix the cause, then ${keepData ? command('up', cluster) : recreate(cluster)}`,
        cause: error,
      },
    );
  }
}

/** Creates, starts and connects every node in the order that wastes no retry; answers milliseconds. */
async function converge(
  runtime: Runtime,
  live: LiveCluster,
  kept: KeptData | null,
): Promise<{ master: NodePlan; ms: number }> {
  const { plan, asking, secrets } = live;
  const provisioner = provisionerOf(live);
  const data = dataNodes(plan);
  const sentinels = sentinelNodes(plan);
  await allEnded(
    data.map((node) =>
      createNode(runtime, live, node, redisConf(plan, node, provisioner.paths(node), secrets)),
    ),
  );
  // A fresh cluster's master is known beforehand, so its sentinels can be made before the clock starts.
  const makeSentinels = (master: NodePlan): Promise<unknown> =>
    allEnded(
      sentinels.map((node) =>
        createNode(
          runtime,
          live,
          node,
          sentinelConf(plan, node, provisioner.paths(node), secrets, master.announce),
        ),
      ),
    );
  const planned = data[0];
  if (planned === undefined) throw refused('no-data-node', 'a cluster needs a master');
  if (kept === null) await makeSentinels(planned);
  const startedAt = asking.clock.now();
  await allEnded(data.map((node) => startNode(live, node)));
  const master = kept === null ? planned : await chooseMaster(live, runtime.onProgress, kept);
  if (kept !== null) await makeSentinels(master);
  await attachReplicas(live, master);
  await startSentinels(live, sentinels);
  await proveConvergence(live);
  return { master, ms: asking.clock.now() - startedAt };
}
