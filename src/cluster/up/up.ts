import { randomBytes } from 'node:crypto';
import { selectDriver } from '../../drivers/select.js';
import { type ClusterPlan, type DriverName, slotsOf } from '../../model/plan.js';
import { DOUBLE_FAILOVER_BELOW_MS } from '../../model/sentinel-timing.js';
import type { ClusterSpec } from '../../model/spec.js';
import {
  type LiveCluster,
  lend,
  liveOn,
  openCluster,
  openDriver,
  provisionerOf,
  underLock,
} from '../open.js';
import type { Runtime } from '../runtime.js';
import type { ClusterState } from '../store/state.js';
import { coldStart, createAndConverge } from './create.js';
import { adoptCutOff } from './cut-off.js';
import { finishHalfUp } from './half-up.js';
import { refuseDifferences, refuseUnusablePassword } from './refusals.js';
import type { UpResult } from './result.js';

export interface UpRequest {
  /** Everything settled: defaults filled in. */
  spec: ClusterSpec;
  /** Only what was asked for, to be held against a cluster that already runs. */
  given: Partial<ClusterSpec>;
  driver: DriverName | null;
  /** Driver settings that were asked for: image, publish, network, redisServer. */
  givenSettings: Record<string, string>;
  /** undefined: not given. */
  password: string | undefined;
}

/** Brings a cluster up, or finishes one that is half-up, and proves that it converged. */
export async function up(runtime: Runtime, request: UpRequest): Promise<UpResult> {
  const { cluster } = request.spec;
  refuseUnusablePassword(request.password);
  return underLock(runtime, cluster, 'up', async () => {
    const found = await runtime.store.load(cluster);
    const done =
      found && (await lend(await openCluster(runtime, found), (live) => finish(runtime, live, request)));
    return done ?? makeNew(runtime, request);
  });
}

/** What an earlier `up` began, or undefined where that was removed and must be made again. */
async function finish(
  runtime: Runtime,
  opened: LiveCluster,
  request: UpRequest,
): Promise<UpResult | undefined> {
  const live = opened.state.phase === 'creating' ? await adoptCutOff(runtime, opened) : opened;
  if (live === undefined) {
    await startOver(runtime, opened);
    return undefined;
  }
  refuseDifferences(live.state, request, live.asking.access.redis.password ?? null);
  return live.state.phase === 'kept' ? coldStart(runtime, live) : finishHalfUp(runtime, live);
}

async function makeNew(runtime: Runtime, request: UpRequest): Promise<UpResult> {
  const { spec } = request;
  const { store } = runtime;
  warnOfShortDownAfter(runtime, spec);
  const factory = await selectDriver(
    runtime.drivers,
    request.driver,
    { settings: request.givenSettings, env: runtime.env },
    runtime.onProgress,
  );
  const { cluster } = spec;
  return lend(await openDriver(runtime, factory.name, cluster, request.givenSettings), async (driver) => {
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
    const password = request.password ?? null;
    await store.keepPassword(cluster, password);
    return createAndConverge(runtime, liveOn(runtime, driver, state, password), { keepDataOnFailure: false });
  });
}

/** The last `up` died before anything was proved: what it made is taken away, and it is made anew. */
async function startOver(runtime: Runtime, live: LiveCluster): Promise<void> {
  const { cluster } = live.plan.spec;
  runtime.onProgress({
    type: 'note',
    level: 'warning',
    text: `an earlier up of "${cluster}" was cut off before it converged: starting over`,
  });
  await provisionerOf(live).removeAll();
  await runtime.store.forget(cluster);
}

function warnOfShortDownAfter(runtime: Runtime, spec: ClusterSpec): void {
  if (spec.downAfterMs >= DOUBLE_FAILOVER_BELOW_MS) return;
  runtime.onProgress({
    type: 'note',
    level: 'warning',
    text:
      `--down-after ${spec.downAfterMs}ms is below ${DOUBLE_FAILOVER_BELOW_MS}ms: Sentinel may fail over twice in a row ` +
      '(its link to the new master is reset and waits, while the other sentinels’ verdicts are still fresh), with two masters for about 10 s',
  });
}
