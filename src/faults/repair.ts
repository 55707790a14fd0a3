import { surveyPlan, withNode } from '../cluster/ask.js';
import type { BringUp } from '../cluster/bring-up.js';
import { changing } from '../cluster/changing.js';
import { type Engine, openDriver, requireCluster } from '../cluster/engine.js';
import { messageOf } from '../errors.js';
import { dataNodes, sentinelNodes } from '../model/plan.js';
import type { Repair, Repaired } from '../model/repair.js';
import type { Snapshot } from '../model/snapshot.js';
import { until } from '../until.js';
import type { Act, Scene } from './act.js';
import { config, tell } from './acts/config.js';
import { sentinelSet } from './acts/sentinel-set.js';
import { type Experiment, openExperiment } from './experiment.js';
import { configOf, nodeOf, placed } from './scene.js';

const ASK_DEADLINE_MS = 1500;
const START_BOUND_MS = 60_000;
/** Between two RESETs: a sentinel finds its peers and replicas again within one INFO period and some hellos. */
const RESETS_APART_MS = 30_000;

export interface RepairRequest {
  cluster: string;
  repairs: readonly Repair[];
  /** Says what would be done, and does nothing. */
  dryRun: boolean;
  /** Asked before each one; where it says no, that one is left. */
  confirm(does: string): Promise<boolean>;
}

/**
 * Does what `doctor` found to be safe, on a cluster of ours and under its lock: each one journalled before, read back
 * after, and taken back where it did not take effect; one that was cut off is taken back by `recover`. What can't be
 * done is left with its reason, and does not keep the others. Throws `locked` or `unfinished-journal` (3), `not-healed`
 * (4), or the signal's reason.
 */
export async function repairAll(engine: Engine, request: RepairRequest): Promise<Repaired[]> {
  const { cluster, dryRun } = request;
  const state = await requireCluster(engine.store, cluster);
  const driver = await openDriver(engine, state);
  try {
    const password = await engine.store.password(cluster);
    const { clock, signal } = engine;
    const asking = { clock, password, deadlineMs: ASK_DEADLINE_MS, signal };
    const scene: Scene = { engine, up: { driver, plan: state.plan, asking, deadlineMs: START_BOUND_MS } };
    if (dryRun) return request.repairs.map((repair) => answered(scene, repair, 'would'));
    return await changing(engine, cluster, `doctor --fix --cluster ${cluster}`, () =>
      inOrder(scene, request),
    );
  } finally {
    driver.close();
  }
}

async function inOrder(scene: Scene, { cluster, repairs, confirm }: RepairRequest): Promise<Repaired[]> {
  const { engine, up } = scene;
  const what = `doctor --fix --cluster ${cluster}`;
  const experiment = await openExperiment(engine, up, { what, keep: false, guardMs: null });
  const done: Repaired[] = [];
  let resetAtMs: number | null = null;
  try {
    for (const repair of repairs) {
      engine.signal?.throwIfAborted();
      const does = describe(scene, repair);
      if (!(await confirm(does))) {
        done.push(answered(scene, repair, 'declined'));
        continue;
      }
      if (repair.kind === 'reset' && resetAtMs !== null) {
        const restMs = RESETS_APART_MS - (engine.clock.now() - resetAtMs);
        if (restMs > 0) await engine.clock.sleep(restMs, engine.signal);
      }
      done.push(await one(scene, experiment, repair));
      if (repair.kind === 'reset') resetAtMs = engine.clock.now();
    }
  } finally {
    // Whatever is left was not read back as it was meant to be.
    if (experiment.active().length > 0) await experiment.heal();
    await experiment.close();
  }
  return done;
}

async function one(scene: Scene, experiment: Experiment, repair: Repair): Promise<Repaired> {
  const before = experiment.active();
  try {
    const why =
      repair.kind === 'reset' ? await reset(scene, repair) : await change(scene, experiment, repair);
    return answered(scene, repair, why === null ? 'done' : 'left', why);
  } catch (error) {
    scene.engine.signal?.throwIfAborted();
    const begun = experiment.active().filter((step) => !before.some((b) => b.n === step.n));
    if (begun.length > 0) await experiment.heal({ only: begun, prove: false });
    return answered(scene, repair, 'left', messageOf(error));
  }
}

type Change = Exclude<Repair, { kind: 'reset' }>;

/** Journals how it was, changes it, reads it back. Answers why it was not done; throws where it took no effect. */
async function change(scene: Scene, experiment: Experiment, repair: Change): Promise<string | null> {
  const { up } = scene;
  const prepared = await prepare(scene, repair);
  if (typeof prepared === 'string') return prepared;
  const planned = await experiment.plan([prepared]);
  if (prepared.act === 'sentinel-set') await sentinelSet.inject(scene, prepared);
  else {
    // The password goes to the server, and nowhere else: the journal knows that there was none before.
    const set = repair.kind === 'masterauth' ? { masterauth: up.asking.password ?? '' } : prepared.set;
    await tell(up, prepared.node, set, true);
  }
  if (!(await tookEffect(scene, repair))) throw new Error('it was set, and is not so when it is read back');
  await experiment.settled(planned);
  return null;
}

type Settings = Extract<Act, { act: 'config' | 'sentinel-set' }>;

/** The act with what it was; or why it is not to be done any more. State is read again: the diagnosis is seconds old. */
async function prepare(scene: Scene, repair: Change): Promise<Settings | string> {
  if (repair.kind === 'sentinel-set') {
    const set = { [repair.name]: repair.value };
    const act = await sentinelSet.prepare(scene, { act: 'sentinel-set', node: repair.sentinel, set });
    return act.was?.[repair.name] === repair.was ? act : changed(repair.was, act.was?.[repair.name]);
  }
  if (repair.kind === 'config-set') {
    const set = { [repair.name]: repair.value };
    const act = await config.prepare(scene, { act: 'config', node: repair.node, set });
    return act.was?.[repair.name] === repair.was ? act : changed(repair.was, act.was?.[repair.name]);
  }
  if (scene.up.asking.password === null) return 'the cluster has no password of which sentinelctl knows';
  const { masterauth } = await configOf(scene.up, repair.node, ['masterauth']);
  // Another password may be meant; and it must not get into the journal.
  if (masterauth !== '') return 'it has a masterauth in the meantime';
  return { act: 'config', node: repair.node, set: { masterauth: '' }, was: { masterauth: '' } };
}

const changed = (was: string, now: string | undefined): string =>
  `it is ${now || '""'} in the meantime, not ${was || '""'}`;

async function tookEffect({ up }: Scene, repair: Change): Promise<boolean> {
  if (repair.kind === 'sentinel-set') {
    const was = { [repair.name]: repair.value };
    return (
      (await sentinelSet.verify({ up } as Scene, {
        act: 'sentinel-set',
        node: repair.sentinel,
        set: was,
        was,
      })) === null
    );
  }
  const [name, value] =
    repair.kind === 'masterauth' ? ['masterauth', up.asking.password ?? ''] : [repair.name, repair.value];
  return (await configOf(up, repair.node, [name]))[name] === value;
}

/**
 * SENTINEL RESET, only while the master is healthy: else it forgets the replicas too, and there is no failover at all.
 * Returns once the sentinel knows the replicas that live and its living peers again.
 */
async function reset(scene: Scene, repair: Extract<Repair, { kind: 'reset' }>): Promise<string | null> {
  const { engine, up } = scene;
  const before = await surveyPlan(up.plan, up.asking);
  const why = whyNotReset(before, up);
  if (why !== null) return why;
  await withNode(nodeOf(up.plan, repair.sentinel), up.asking, (c) =>
    c.call('SENTINEL', 'RESET', repair.masterName),
  );
  const knows = await until(
    async () => (knowsAll(await surveyPlan(up.plan, up.asking), up, repair.sentinel) ? true : undefined),
    { clock: engine.clock, everyMs: 250, deadlineMs: RESETS_APART_MS, signal: engine.signal },
  );
  if (knows === undefined) throw new Error(`${repair.sentinel} did not find the others again within 30 s`);
  return null;
}

/** A master that answers as one, that no sentinel calls down, and no failover under way. */
function whyNotReset({ sentinels, groups }: Snapshot, { plan }: BringUp): string | null {
  const views = sentinels.flatMap(
    (s) => s.answer?.masters.filter((m) => m.name === plan.spec.masterName) ?? [],
  );
  const nodes = groups.flatMap((g) => g.nodes);
  if (!nodes.some((n) => n.answer?.role === 'master'))
    return 'no master answers: RESET would forget its replicas';
  if (views.length === 0) return 'no sentinel answers';
  if (views.some((v) => v.flags.some((flag) => flag !== 'master')))
    return 'the master is not healthy in every sentinel’s eyes: RESET would forget its replicas';
  return null;
}

function knowsAll({ sentinels, groups }: Snapshot, { plan }: BringUp, id: string): boolean {
  const view = sentinels
    .find((s) => s.id === id)
    ?.answer?.masters.find((m) => m.name === plan.spec.masterName);
  if (view === undefined) return false;
  const isUp = (list: readonly { id: string; answer: unknown }[], known: string): boolean =>
    list.some((s) => s.id === known && s.answer !== null);
  const replicas =
    dataNodes(plan).filter((n) =>
      isUp(
        groups.flatMap((g) => g.nodes),
        n.id,
      ),
    ).length - 1;
  const peers = sentinelNodes(plan).filter((n) => isUp(sentinels, n.id)).length - 1;
  return view.replicas.length >= replicas && view.sentinels.length >= peers;
}

/** Exactly what a repair does, in words. */
function describe(scene: Pick<Scene, 'up'>, repair: Repair): string {
  switch (repair.kind) {
    case 'sentinel-set':
      return `${placed(scene, repair.sentinel)}: SENTINEL SET ${repair.masterName} ${repair.name} ${repair.value}`;
    case 'config-set':
      return `${placed(scene, repair.node)}: CONFIG SET ${repair.name} ${repair.value}, CONFIG REWRITE`;
    case 'masterauth':
      return `${placed(scene, repair.node)}: CONFIG SET masterauth to the cluster's password, CONFIG REWRITE`;
    case 'reset':
      return `${placed(scene, repair.sentinel)}: SENTINEL RESET ${repair.masterName}`;
  }
}

const answered = (
  scene: Pick<Scene, 'up'>,
  repair: Repair,
  outcome: Repaired['outcome'],
  why: string | null = null,
): Repaired => ({ repair, does: describe(scene, repair), outcome, why });
