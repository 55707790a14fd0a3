import { randomBytes } from 'node:crypto';
import { selectDriver } from '../../drivers/select.js';
import { OperatorError } from '../../errors.js';
import { BELOW_DOUBLE_FAILOVER } from '../../model/double-failover.js';
import { type DriverName, PREFERRED_DRIVERS } from '../../model/drivers.js';
import { formatDurationMs } from '../../model/duration.js';
import { type ClusterPlan, dataNodes, slotsOf } from '../../model/plan.js';
import { DOUBLE_FAILOVER_BELOW_MS } from '../../model/sentinel-timing.js';
import type { ClusterSpec } from '../../model/spec.js';
import { missingIn, surveyPlan } from '../ask.js';
import {
  type LiveCluster,
  lend,
  liveOn,
  openCluster,
  provisionerOf,
  underLock,
  withDriver,
} from '../open.js';
import type { Runtime } from '../runtime.js';
import type { ClusterState } from '../store/state.js';
import { coldStart, createAndConverge } from './create.js';
import { finishHalfUp } from './half-up.js';
import { keysOf } from './master.js';
import { refuseDifferences, refuseUnusablePassword, type UpRequest } from './request.js';
import type { UpResult } from './result.js';
import { makeSecrets } from './secrets.js';

/** Brings a cluster up, or finishes one that is half-up, and proves that it converged. */
export async function up(runtime: Runtime, request: UpRequest): Promise<UpResult> {
  const { cluster } = request.spec;
  refuseUnusablePassword(request.password);
  return underLock(runtime, cluster, 'up', async () => {
    const found = await runtime.store.load(cluster);
    const done =
      found && (await lend(await openCluster(runtime, found), (live) => finish(runtime, live, request)));
    return done ?? create(runtime, request);
  });
}

/** Finishes what an earlier `up` began; undefined where it was removed instead and must be created again. */
async function finish(
  runtime: Runtime,
  opened: LiveCluster,
  request: UpRequest,
): Promise<UpResult | undefined> {
  const live = opened.state.phase === 'creating' ? await adoptInterrupted(runtime, opened) : opened;
  if (live === undefined) {
    await removeInterrupted(runtime, opened);
    return undefined;
  }
  refuseDifferences(live, request);
  return live.state.phase === 'kept' ? coldStart(runtime, live) : finishHalfUp(runtime, live);
}

async function create(runtime: Runtime, request: UpRequest): Promise<UpResult> {
  const { spec } = request;
  warnOfShortDownAfter(runtime, spec);
  const factory = await selectDriver(
    runtime.drivers,
    request.driver ?? PREFERRED_DRIVERS,
    { settings: request.givenSettings, env: runtime.env },
    runtime.onProgress,
  );
  try {
    return await createOn(runtime, request, factory.name);
  } catch (error) {
    const other = await withoutImage(runtime, request, factory.name, error);
    if (other === undefined) throw error;
    return createOn(runtime, request, other);
  }
}

/** Where no driver was asked for and the engine has no image: the next driver that works here. */
async function withoutImage(
  runtime: Runtime,
  request: UpRequest,
  tried: DriverName,
  error: unknown,
): Promise<DriverName | undefined> {
  const isChosen = request.driver !== null || Object.keys(request.givenSettings).length > 0;
  if (isChosen || !(error instanceof OperatorError) || error.code !== 'image-pull') return undefined;
  for (const name of PREFERRED_DRIVERS.slice(PREFERRED_DRIVERS.indexOf(tried) + 1)) {
    const factory = await runtime.drivers[name]();
    const probe = await factory.probe({ settings: {}, env: runtime.env });
    if (!probe.ok) continue;
    const text = `${error.message}: driver ${name} instead, ${probe.found}; --driver ${tried} insists`;
    runtime.onProgress({ type: 'note', level: 'warning', text });
    return name;
  }
  return undefined;
}

/** How many times ports are chosen where another process took one of them before its server listened. */
const MOST_CHOICES = 5;

async function createOn(runtime: Runtime, request: UpRequest, driverName: DriverName): Promise<UpResult> {
  const { port, sentinelPort } = request.spec;
  for (let choice = 1; ; choice++) {
    try {
      return await createOnce(runtime, request, driverName);
    } catch (error) {
      const isTaken = error instanceof OperatorError && error.code === 'port-taken';
      if (!isTaken || port !== 'auto' || sentinelPort !== 'auto' || choice === MOST_CHOICES) throw error;
      const text = `${error.message}; choosing other ports`;
      runtime.onProgress({ type: 'note', level: 'info', text });
    }
  }
}

async function createOnce(runtime: Runtime, request: UpRequest, driverName: DriverName): Promise<UpResult> {
  const { spec } = request;
  const { store } = runtime;
  const { cluster } = spec;
  const choice = { name: driverName, cluster, settings: request.givenSettings };
  return withDriver(runtime, choice, async (driver) => {
    const nodes = await driver.provisioner.layout(
      spec,
      slotsOf(spec, () => randomBytes(20).toString('hex')),
    );
    const plan: ClusterPlan = { spec, driver: driver.name, nodes };
    const state: ClusterState = {
      version: 1,
      phase: 'creating',
      plan,
      settings: { ...driver.provisioner.settings },
      routable: true,
      createdAtMs: runtime.clock.wallMs(),
    };
    await store.save(cluster, state);
    const { secrets, certificates } = await makeSecrets(
      plan,
      request.password ?? null,
      runtime.clock.wallMs(),
    );
    await store.keepSecrets(cluster, secrets, certificates);
    return createAndConverge(runtime, liveOn(runtime, driver, state, secrets), { keepDataOnFailure: false });
  });
}

/**
 * What an interrupted `up` left, as a cluster to finish: it may have converged without its proof being saved, or hold
 * keys. Undefined where nothing is lost by creating it again.
 */
async function adoptInterrupted(runtime: Runtime, live: LiveCluster): Promise<LiveCluster | undefined> {
  const { plan, host, asking } = live;
  const states = await Promise.all(dataNodes(plan).map((node) => host.inspect(node.id)));
  if (!states.some(({ state }) => state === 'running' || state === 'paused')) return undefined;
  const hasConverged = missingIn(plan, await surveyPlan(plan, asking)).length === 0;
  if (!hasConverged && !(await holdsKeys(live))) return undefined;
  const [first] = plan.nodes;
  const routable = first === undefined || (await host.routable(first));
  const state: ClusterState = { ...live.state, phase: 'up', routable };
  await runtime.store.save(plan.spec.cluster, state);
  const text = `an earlier up of "${plan.spec.cluster}" was interrupted; the nodes that it started run and are kept`;
  runtime.onProgress({ type: 'note', level: 'warning', text });
  return { ...live, state };
}

/** Whether clients wrote to it already. A node that does not answer counts as empty. */
async function holdsKeys({ plan, asking }: LiveCluster): Promise<boolean> {
  const counted = dataNodes(plan).map((node) => keysOf(node, asking).catch(() => 0));
  return (await Promise.all(counted)).some((keys) => keys > 0);
}

/** Removes what an interrupted `up` created, so that it can be created again. */
async function removeInterrupted(runtime: Runtime, live: LiveCluster): Promise<void> {
  const { cluster } = live.plan.spec;
  const text = `an earlier up of "${cluster}" was interrupted before it converged: starting over`;
  runtime.onProgress({ type: 'note', level: 'warning', text });
  await provisionerOf(live).removeAll();
  await runtime.store.forget(cluster);
}

function warnOfShortDownAfter(runtime: Runtime, spec: ClusterSpec): void {
  if (spec.downAfterMs >= DOUBLE_FAILOVER_BELOW_MS) return;
  runtime.onProgress({
    type: 'note',
    level: 'warning',
    text: `--down-after ${formatDurationMs(spec.downAfterMs)} is ${BELOW_DOUBLE_FAILOVER}`,
  });
}
