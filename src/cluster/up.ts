import { randomBytes } from 'node:crypto';
import type { Driver } from '../drivers/driver.js';
import { selectDriver } from '../drivers/select.js';
import { type OperatorError, refused, usageError } from '../errors.js';
import { withLock } from '../host/lock.js';
import { redisConf, sentinelConf } from '../model/conf.js';
import {
  type ClusterPlan,
  type DriverName,
  dataNodes,
  type NodePlan,
  sentinelNodes,
  slotsOf,
} from '../model/plan.js';
import {
  type ClusterSpec,
  DOUBLE_FAILOVER_BELOW_MS,
  isPasswordUsable,
  specDifferences,
} from '../model/spec.js';
import type { Asking } from './ask.js';
import { attachReplicas, type BringUp, proveConvergence, startAndGreet, startSentinels } from './bring-up.js';
import { chooseMaster } from './choose-master.js';
import { type Engine, openDriver, step } from './engine.js';
import { finishHalfUp } from './half-up.js';
import type { ClusterState } from './state.js';

/** How long one node may take to start, and the cluster to converge, in milliseconds; `--timeout` aborts earlier. */
export const NODE_BOUND_MS = 60_000;
/** Deadline of one question while the cluster starts, in milliseconds. */
const ASK_DEADLINE_MS = 1500;

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

export interface NodeRef {
  id: string;
  host: string;
  port: number;
}

export interface UpResult {
  cluster: string;
  driver: DriverName;
  masterName: string;
  master: NodeRef;
  replicas: NodeRef[];
  sentinels: NodeRef[];
  /** From the first node's start to the proof, in milliseconds; 0 when it already ran. */
  convergedMs: number;
  alreadyUp: boolean;
  /** Whether announced addresses can be reached from this machine. */
  routable: boolean;
  /** For clients that can't route to the announced addresses: announced → reachable. */
  natMap: Record<string, { host: string; port: number }> | null;
}

const passwordUnusable = (): OperatorError =>
  usageError(
    'password-unusable',
    'this password can not be used: it holds a blank, a quote or a control character',
    {
      why: 'Sentinel writes it into its own configuration unquoted, and could not read that when it starts again',
      hint: '--password-file FILE with a password of letters, digits and other punctuation',
    },
  );

/** Brings a cluster up, or finishes one that is half-up, and proves that it converged. */
export function up(engine: Engine, request: UpRequest): Promise<UpResult> {
  const { cluster } = request.spec;
  if (request.password !== undefined && !isPasswordUsable(request.password)) throw passwordUnusable();
  return withLock(engine.store.lockOf(cluster), `up --cluster ${cluster}`, async () => {
    const state = await engine.store.load(cluster);
    if (state === undefined) return makeNew(engine, request);
    if (state.phase === 'creating') return startOver(engine, request, state);
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

/** Every data node is down: all is made anew around the data on disk, and whoever holds it becomes the master. */
export async function coldStart(
  engine: Engine,
  driver: Driver,
  state: ClusterState,
  password: string | null,
): Promise<UpResult> {
  engine.onProgress({
    type: 'note',
    level: 'info',
    text: 'no data node runs: starting from what is on disk',
  });
  await driver.removeAll({ keepData: true });
  return createAndConverge(engine, driver, state, password, { keepDataOnFailure: true });
}

async function createAndConverge(
  engine: Engine,
  driver: Driver,
  state: ClusterState,
  password: string | null,
  { keepDataOnFailure }: { keepDataOnFailure: boolean },
): Promise<UpResult> {
  const { plan } = state;
  const { cluster } = plan.spec;
  const asking: Asking = {
    clock: engine.clock,
    password,
    deadlineMs: ASK_DEADLINE_MS,
    signal: engine.signal,
  };
  const bringUp: BringUp = { driver, plan, asking, deadlineMs: NODE_BOUND_MS };
  try {
    await driver.prepare(plan.nodes, engine.onProgress, engine.signal);
    const convergedMs = await step(engine, 'up', `bringing up ${plan.nodes.length} nodes`, () =>
      converge(bringUp, password, engine, keepDataOnFailure),
    );
    const first = plan.nodes[0];
    const routable = first === undefined || (await driver.routable(first));
    await engine.store.save(cluster, { ...state, phase: 'up', routable, settings: { ...driver.settings } });
    return upResult(plan, routable, convergedMs, false, bringUp.masterId);
  } catch (error) {
    await step(engine, 'undo', 'taking down what was started', () =>
      driver.removeAll({ keepData: keepDataOnFailure }),
    );
    if (!keepDataOnFailure) await engine.store.forget(cluster);
    throw error;
  }
}

/** Creates, starts and connects every node in the order that wastes no retry; answers milliseconds. */
async function converge(
  up: BringUp,
  password: string | null,
  engine: Engine,
  coldStart: boolean,
): Promise<number> {
  const { driver, plan, asking } = up;
  const data = dataNodes(plan);
  const sentinels = sentinelNodes(plan);
  await Promise.all(
    data.map((node) => driver.create(node, redisConf(plan, node, driver.paths(node), password))),
  );
  // A fresh cluster's master is known beforehand, so its sentinels can be made before the clock starts.
  const makeSentinels = (master: NodePlan): Promise<unknown> =>
    Promise.all(
      sentinels.map((node) =>
        driver.create(node, sentinelConf(plan, node, driver.paths(node), password, master.announce)),
      ),
    );
  const planned = data[0];
  if (planned === undefined) throw refused('no-data-node', 'a cluster needs a master');
  if (!coldStart) await makeSentinels(planned);
  const startedAt = asking.clock.now();
  await Promise.all(data.map((node) => startAndGreet(up, node)));
  const master = coldStart ? await chooseMaster(up, engine.onProgress) : planned;
  up.masterId = master.id;
  if (coldStart) await makeSentinels(master);
  await attachReplicas(up, master);
  await startSentinels(up, sentinels);
  await proveConvergence(up);
  return asking.clock.now() - startedAt;
}

function refuseDifferences(state: ClusterState, request: UpRequest, password: string | null): void {
  const { spec } = state.plan;
  const differences = specDifferences(spec, request.given);
  if (request.driver !== null && request.driver !== state.plan.driver) {
    differences.push({ option: '--driver', running: state.plan.driver, asked: request.driver });
  }
  for (const [key, asked] of Object.entries(request.givenSettings)) {
    const running = state.settings[key];
    if (running !== asked) {
      differences.push({
        option: `--${key.replace(/[A-Z]/g, (c) => `-${c.toLowerCase()}`)}`,
        running: running ?? '(none)',
        asked,
      });
    }
  }
  if (request.password !== undefined && request.password !== password) {
    const running = password === null ? 'not set' : 'another password';
    differences.push({ option: '--password-file', running, asked: 'the one in this file' });
  }
  if (differences.length === 0) return;
  throw refused('options-differ', `cluster "${spec.cluster}" is there already, with other options`, {
    why: differences.map((d) => `${d.option} is ${d.running}, asked for ${d.asked}`).join('\n'),
    hint: `leave the options out to keep it, or sentinelctl down --cluster ${spec.cluster} first, or another --cluster NAME`,
  });
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

/** The result of `up` for a plan whose current master is `masterId`. */
export function upResult(
  plan: ClusterPlan,
  routable: boolean,
  convergedMs: number,
  alreadyUp: boolean,
  masterId = plan.nodes[0]?.id,
): UpResult {
  const ref = (node: NodePlan): NodeRef => ({
    id: node.id,
    host: node.announce.host,
    port: node.announce.port,
  });
  const data = dataNodes(plan);
  const master = data.find((n) => n.id === masterId) ?? data[0];
  if (master === undefined) throw refused('no-data-node', 'a cluster needs a master');
  return {
    cluster: plan.spec.cluster,
    driver: plan.driver,
    masterName: plan.spec.masterName,
    master: ref(master),
    replicas: data.filter((n) => n.id !== master.id).map(ref),
    sentinels: sentinelNodes(plan).map(ref),
    convergedMs: Math.round(convergedMs),
    alreadyUp,
    routable,
    natMap: routable ? null : natMapOf(plan),
  };
}

/** ioredis's natMap: announced address → the one reachable from this machine. */
export function natMapOf(plan: ClusterPlan): Record<string, { host: string; port: number }> {
  return Object.fromEntries(
    plan.nodes.map((n) => [
      `${n.announce.host}:${n.announce.port}`,
      { host: n.endpoint.host, port: n.endpoint.port },
    ]),
  );
}
