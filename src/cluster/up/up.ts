import { randomBytes } from 'node:crypto';
import { selectDriver } from '../../drivers/select.js';
import { type ClusterPlan, type DriverName, slotsOf } from '../../model/plan.js';
import { type ClusterSpec, DOUBLE_FAILOVER_BELOW_MS } from '../../model/spec.js';
import { changing } from '../changing.js';
import { openDriver, type Runtime } from '../runtime.js';
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
  return changing(runtime, cluster, `up --cluster ${cluster}`, async () => {
    const found = await runtime.store.load(cluster);
    if (found === undefined) return makeNew(runtime, request);
    const state = found.phase === 'creating' ? await adoptCutOff(runtime, found) : found;
    if (state === undefined) return startOver(runtime, request, found);
    refuseDifferences(state, request, await runtime.store.password(cluster));
    return state.phase === 'kept' ? fromKeptData(runtime, state) : finishHalfUp(runtime, state);
  });
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
  const driver = await factory.open({
    cluster: spec.cluster,
    dir: store.dirOf(spec.cluster),
    settings: request.givenSettings,
    env: runtime.env,
  });
  try {
    const nodes = await driver.layout(
      spec,
      slotsOf(spec, () => randomBytes(20).toString('hex')),
    );
    const plan: ClusterPlan = { spec, driver: driver.name, nodes };
    const state: ClusterState = {
      version: 1,
      phase: 'creating',
      plan,
      settings: { ...driver.settings },
      routable: true,
      createdAtMs: runtime.clock.wallMs(),
    };
    await store.save(spec.cluster, state);
    const password = request.password ?? null;
    await store.keepPassword(spec.cluster, password);
    return await createAndConverge(runtime, driver, state, password, { keepDataOnFailure: false });
  } finally {
    driver.close();
  }
}

/** The last `up` died before anything was proved: what it made is taken away, and it is made anew. */
async function startOver(runtime: Runtime, request: UpRequest, state: ClusterState): Promise<UpResult> {
  const { cluster } = request.spec;
  runtime.onProgress({
    type: 'note',
    level: 'warning',
    text: `an earlier up of "${cluster}" was cut off before it converged: starting over`,
  });
  const driver = await openDriver(runtime, state);
  try {
    await driver.removeAll();
  } finally {
    driver.close();
  }
  await runtime.store.forget(cluster);
  return makeNew(runtime, request);
}

async function fromKeptData(runtime: Runtime, state: ClusterState): Promise<UpResult> {
  const driver = await openDriver(runtime, state);
  try {
    return await coldStart(runtime, driver, state, await runtime.store.password(state.plan.spec.cluster));
  } finally {
    driver.close();
  }
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
