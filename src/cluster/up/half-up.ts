import type { NodeHost, NodeInspection } from '../../drivers/node-host.js';
import { OperatorError, refused } from '../../errors.js';
import { type Address, formatAddress, sameAddress } from '../../model/address.js';
import { majorityMaster } from '../../model/agreement.js';
import { redisConf, sentinelConf, withReplicaOf } from '../../model/conf.js';
import { command } from '../../model/hints.js';
import { type ClusterPlan, dataNodes, type NodePlan, sentinelNodes } from '../../model/plan.js';
import type { Snapshot } from '../../model/snapshot.js';
import type { Asking } from '../../wire/access.js';
import { missingIn, surveyPlan } from '../ask.js';
import { introduce, proveConvergence, startNode } from '../bring-up.js';
import { type LiveCluster, provisionerOf } from '../open.js';
import { type Runtime, step } from '../runtime.js';
import { afterFailover, startWhenSafe, wakingOf } from '../start.js';
import { coldStart, createNode } from './create.js';
import { type UpResult, upResult } from './result.js';

/** `up` on an existing cluster: starts what is down, or does nothing. Throws `half-up` (3) where it cannot. */
export async function finishHalfUp(runtime: Runtime, live: LiveCluster): Promise<UpResult> {
  const { state, plan, host, asking } = live;
  const seen = await Promise.all(
    plan.nodes.map(async (node) => ({ node, ...(await host.inspect(node.id)) })),
  );
  const down = seen.filter((n) => n.state !== 'running');
  if (down.length === 0) return alreadyUp(runtime, live);
  await refusePaused(live, down);
  if (dataNodes(plan).every((n) => down.some((d) => d.node.id === n.id))) {
    return coldStart(runtime, live);
  }
  const startedAt = runtime.clock.now();
  const label = `starting ${down.map((d) => d.node.id).join(', ')}`;
  await step(runtime, 'finish', label, () => startMissing(runtime, live, down));
  const master = masterOf(plan, await surveyPlan(plan, asking));
  return upResult(plan, state.routable, runtime.clock.now() - startedAt, false, master?.id);
}

async function alreadyUp(runtime: Runtime, { state, plan, asking }: LiveCluster): Promise<UpResult> {
  const snapshot = await surveyPlan(plan, asking);
  const missing = missingIn(plan, snapshot);
  if (missing.length > 0) {
    runtime.onProgress({
      type: 'note',
      level: 'warning',
      text: `every node runs, but ${missing[0]}${missing.length > 1 ? ` (and ${missing.length - 1} more)` : ''}: ${command('status', plan.spec.cluster)}`,
    });
  }
  return upResult(plan, state.routable, 0, true, masterOf(plan, snapshot)?.id);
}

async function refusePaused(
  live: LiveCluster,
  down: { node: NodePlan; state: NodeInspection['state'] }[],
): Promise<void> {
  const paused = down.filter((d) => d.state === 'paused').map((d) => d.node);
  if (paused.length === 0) return;
  const fixes = await Promise.all(paused.map((node) => wakingOf(live, node)));
  throw refused(
    'half-up',
    `${paused.map((node) => node.id).join(', ')} ${paused.length === 1 ? 'is' : 'are'} paused`,
    {
      why: 'up starts nodes that are down; it does not resume paused ones',
      hint: fixes.join('\n'),
    },
  );
}

/** Sentinels first, since they name the master that the data nodes follow; rolled back when one of them fails. */
async function startMissing(
  runtime: Runtime,
  live: LiveCluster,
  down: { node: NodePlan; state: NodeInspection['state'] }[],
): Promise<void> {
  const { plan, host, asking, secrets } = live;
  const provisioner = provisionerOf(live);
  const started: NodePlan[] = [];
  try {
    for (const { node, state } of down.filter((d) => d.node.kind === 'sentinel')) {
      if (state === 'absent') {
        const master = await liveMaster(plan, asking);
        const conf = sentinelConf(plan, node, provisioner.paths(node), secrets, master.announce);
        await createNode(runtime, live, node, conf);
      }
      started.push(node);
      await startNode(live, node);
    }
    if (started.length > 0) await introduce(live);
    for (const { node, state } of down.filter((d) => d.node.kind === 'redis')) {
      if (state === 'absent') {
        const conf = redisConf(plan, node, provisioner.paths(node), secrets);
        const master = await afterFailover(live, () => followed(plan, asking, node));
        await createNode(runtime, live, node, withReplicaOf(conf, master));
      }
      started.push(node);
      // The sentinels started above may still have to promote a replica.
      await startWhenSafe(runtime, live, node);
    }
    await proveConvergence(live);
  } catch (error) {
    // What runs and was only not proved in time may be serving already.
    const isUnproved = error instanceof OperatorError && error.code === 'not-converged';
    if (!isUnproved) await stopAll(host, started);
    throw error;
  }
}

async function stopAll(host: NodeHost, nodes: NodePlan[]): Promise<void> {
  await Promise.all(nodes.map((node) => host.kill(node.id, 'SIGKILL').catch(() => {})));
}

/** The master among the running data nodes: as the sentinels say, else the only node whose ROLE says so. */
async function liveMaster(plan: ClusterPlan, asking: Asking): Promise<NodePlan> {
  const master = masterOf(plan, await surveyPlan(plan, asking));
  if (master !== undefined) return master;
  throw refused('half-up', `${plan.spec.cluster} is partly running, and its master is not known`, {
    why: 'no address has a majority of the sentinels, and there is not exactly one data node with the role master',
    hint: `${command('status', plan.spec.cluster)} # shows what each node says; down --keep-data, then up, starts it from the data on disk (sentinelctl down --help)`,
  });
}

async function followed(plan: ClusterPlan, asking: Asking, node: NodePlan): Promise<Address> {
  const master = await liveMaster(plan, asking);
  if (!sameAddress(master.announce, node.announce)) return master.announce;
  throw refused(
    'half-up',
    `${node.id} does not exist, and the sentinels still name it as the master (${formatAddress(node.announce)})`,
    {
      why: 'if it were recreated it would be empty, and its replicas would delete their data',
      hint: `wait for the failover: ${command('status', plan.spec.cluster)}`,
    },
  );
}

/** The plan's node that is master now. */
function masterOf(plan: ClusterPlan, snapshot: Snapshot): NodePlan | undefined {
  const address = majorityMaster(snapshot, plan.spec.masterName);
  if (address !== null) return dataNodes(plan).find((n) => sameAddress(n.announce, address));
  const masters = snapshot.groups.flatMap((g) => g.nodes).filter((n) => n.answer?.role === 'master');
  return sentinelNodes(plan).length > 0 && masters.length === 1
    ? dataNodes(plan).find((n) => n.id === masters[0]?.id)
    : undefined;
}
