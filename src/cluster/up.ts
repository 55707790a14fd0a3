import { randomBytes } from 'node:crypto';
import { selectDriver } from '../drivers/select.js';
import { type ClusterPlan, type DriverName, slotsOf } from '../model/plan.js';
import { type ClusterSpec, DOUBLE_FAILOVER_BELOW_MS } from '../model/spec.js';
import { changing } from './changing.js';
import { coldStart, createAndConverge } from './create.js';
import { adoptCutOff } from './cut-off.js';
import { type Engine, openDriver } from './engine.js';
import { finishHalfUp } from './half-up.js';
import type { ClusterState } from './state.js';
import { refuseDifferences, refuseUnusablePassword } from './up-refusals.js';
import type { UpResult } from './up-result.js';

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
export async function up(engine: Engine, request: UpRequest): Promise<UpResult> {
  const { cluster } = request.spec;
  refuseUnusablePassword(request.password);
  return changing(engine, cluster, `up --cluster ${cluster}`, async () => {
    const found = await engine.store.load(cluster);
    if (found === undefined) return makeNew(engine, request);
    const state = found.phase === 'creating' ? await adoptCutOff(engine, found) : found;
    if (state === undefined) return startOver(engine, request, found);
    refuseDifferences(state, request, await engine.store.password(cluster));
    return state.phase === 'kept' ? fromKeptData(engine, state) : finishHalfUp(engine, state);
  });
}

async function makeNew(engine: Engine, request: UpRequest): Promise<UpResult> {
  const { spec } = request;
  const { store } = engine;
  warnOfShortDownAfter(engine, spec);
  const factory = await selectDriver(
    engine.drivers,
    request.driver,
    { settings: request.givenSettings, env: engine.env },
    engine.onProgress,
  );
  const driver = await factory.open({
    cluster: spec.cluster,
    dir: store.dirOf(spec.cluster),
    settings: request.givenSettings,
    env: engine.env,
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
      createdAtMs: engine.clock.wallMs(),
    };
    await store.save(spec.cluster, state);
    const password = request.password ?? null;
    await store.keepPassword(spec.cluster, password);
    return await createAndConverge(engine, driver, state, password, { keepDataOnFailure: false });
  } finally {
    driver.close();
  }
}

/** The last `up` died before anything was proved: what it made is taken away, and it is made anew. */
async function startOver(engine: Engine, request: UpRequest, state: ClusterState): Promise<UpResult> {
  const { cluster } = request.spec;
  engine.onProgress({
    type: 'note',
    level: 'warning',
    text: `an earlier up of "${cluster}" was cut off before it converged: starting over`,
  });
  const driver = await openDriver(engine, state);
  try {
    await driver.removeAll();
  } finally {
    driver.close();
  }
  await engine.store.forget(cluster);
  return makeNew(engine, request);
}

async function fromKeptData(engine: Engine, state: ClusterState): Promise<UpResult> {
  const driver = await openDriver(engine, state);
  try {
    return await coldStart(engine, driver, state, await engine.store.password(state.plan.spec.cluster));
  } finally {
    driver.close();
  }
}

function warnOfShortDownAfter(engine: Engine, spec: ClusterSpec): void {
  if (spec.downAfterMs >= DOUBLE_FAILOVER_BELOW_MS) return;
  engine.onProgress({
    type: 'note',
    level: 'warning',
    text:
      `--down-after ${spec.downAfterMs}ms is below ${DOUBLE_FAILOVER_BELOW_MS}ms: Sentinel may fail over twice in a row ` +
      '(its link to the new master is reset and waits, while the other sentinels’ verdicts are still fresh), with two masters for about 10 s',
  });
}
