import { withCluster } from '../cluster/open.js';
import type { Rights } from '../cluster/rights.js';
import type { Runtime } from '../cluster/runtime.js';
import type { ClusterState } from '../cluster/store/state.js';
import { messageOf, OperatorError } from '../errors.js';
import type { Repair, Repaired } from '../model/repair.js';
import { RESETS_APART_MS } from '../model/sentinel-timing.js';
import { until } from '../until.js';
import type { Act, ActContext } from './act.js';
import { config, tell } from './acts/config.js';
import { reset } from './acts/reset.js';
import { sentinelSet } from './acts/sentinel-set.js';
import { configOf } from './context.js';
import { type Experiment, type Injected, openExperiment } from './experiment.js';
import { cutOff, describeRepair } from './repair-words.js';
import { sentTo } from './rights.js';

const SECOND_MS = 1000;

export interface RepairRequest {
  repairs: readonly Repair[];
  /** Says what would be done, and does nothing. */
  dryRun: boolean;
  /** Asked before each one; where it says no, that one is left. */
  confirm(does: string, repair: Repair): Promise<boolean>;
  /** What goes on with the rest, where it is interrupted. */
  again: string;
}

/**
 * Does what `doctor` found to be safe, on a cluster created by sentinelctl and under its lock: each one journalled before, read back
 * after, and rolled back where it did not take effect; one that was cut off is rolled back by `recover`. What cannot be
 * done is left with its reason, and does not keep the others. Throws `locked`, `unfinished-journal` or `right-missing`
 * (3), `not-healed` (4), or the signal's reason with an account: what was done and stays, what was rolled back, what was not begun, the master.
 */
export async function repairAll(
  runtime: Runtime,
  known: ClusterState,
  request: RepairRequest,
): Promise<Repaired[]> {
  const { dryRun, repairs } = request;
  const rights: Rights = { purpose: 'fix', besides: sentTo(repairs.map(actOf)) };
  return withCluster(runtime, known, dryRun ? {} : { lock: 'doctor --fix', rights }, async (live) => {
    const context: ActContext = { runtime, live };
    return dryRun
      ? request.repairs.map((repair) => answered(context, repair, 'would'))
      : inOrder(context, request);
  });
}

/** The act that does a repair, as far as it is known before a server is asked. */
const actOf = (repair: Repair): Act =>
  repair.kind === 'reset'
    ? { act: 'reset', node: repair.sentinel, masterName: repair.masterName }
    : repair.kind === 'sentinel-set'
      ? { act: 'sentinel-set', node: repair.sentinel, set: {} }
      : { act: 'config', node: repair.node, set: {} };

async function inOrder(context: ActContext, request: RepairRequest): Promise<Repaired[]> {
  const { repairs, confirm } = request;
  const { runtime, live } = context;
  const what = `doctor --fix --cluster ${live.plan.spec.cluster}`;
  // What is repaired is not whole, and may ail from more than this repairs.
  const experiment = await openExperiment(runtime, live, { what, keep: false, guardMs: null, proof: false });
  const done: Repaired[] = [];
  const say = (label: string): void =>
    runtime.onProgress({ type: 'step', id: 'repair', state: 'start', label });
  let resetAtMs: number | null = null;
  let cut: Cut | null = null;
  const sent = new Set<Repair>();
  try {
    for (const repair of repairs) {
      runtime.signal?.throwIfAborted();
      const does = describeRepair(context, repair);
      if (!(await confirm(does, repair))) {
        done.push(answered(context, repair, 'declined'));
        continue;
      }
      if (repair.kind === 'reset' && resetAtMs !== null) {
        const restMs = RESETS_APART_MS - (runtime.clock.now() - resetAtMs);
        for (let leftMs = restMs; leftMs > 0; leftMs -= SECOND_MS) {
          say(`next RESET in ${Math.ceil(leftMs / SECOND_MS)} s: the sentinels find each other again first`);
          await runtime.clock.sleep(Math.min(SECOND_MS, leftMs), runtime.signal);
        }
      }
      say(does);
      done.push(await one(context, experiment, repair, sent));
      if (repair.kind === 'reset') resetAtMs = runtime.clock.now();
    }
  } catch (error) {
    cut = { error, begun: experiment.active(), isHealed: true };
  }
  cut = await closed(experiment, cut);
  if (cut === null) return done;
  throw await cutOff(context, request, { ...cut, done, sent });
}

/** What ended the repairs, and what was in effect then. */
type Cut = { error: unknown; begun: Injected[]; isHealed: boolean };

/**
 * Rolls back what is left, which was not read back as it was meant to be, and closes. Answers what ended the repairs: a
 * rollback that fails is said rather than what came before it.
 * @internal Tests close without a cluster.
 */
export async function closed(
  experiment: Pick<Experiment, 'active' | 'heal' | 'close'>,
  cut: Cut | null,
): Promise<Cut | null> {
  const begun = cut?.begun ?? experiment.active();
  try {
    if (experiment.active().length > 0) await experiment.heal();
    return cut;
  } catch (error) {
    return { error, begun, isHealed: false };
  } finally {
    await experiment.close();
  }
}

/** `sent`: gets a RESET once its sentinel has answered it. */
async function one(
  context: ActContext,
  experiment: Experiment,
  repair: Repair,
  sent: Set<Repair>,
): Promise<Repaired> {
  const before = experiment.active();
  try {
    const why =
      repair.kind === 'reset'
        ? await forget(context, experiment, repair, sent)
        : await change(context, experiment, repair);
    return answered(context, repair, why === null ? 'done' : 'left', why);
  } catch (error) {
    context.runtime.signal?.throwIfAborted();
    const begun = experiment.active().filter((step) => !before.some((b) => b.n === step.n));
    if (begun.length > 0) await experiment.heal({ only: begun, prove: false });
    return answered(context, repair, 'left', whyOf(error));
  }
}

/** One that is refused has a reason, which says more than that it was. */
const whyOf = (error: unknown): string =>
  (error instanceof OperatorError ? error.why : undefined) ?? messageOf(error);

type Change = Exclude<Repair, { kind: 'reset' }>;

/** Journals how it was, changes it, reads it back. Answers why it was not done; throws where it took no effect. */
async function change(context: ActContext, experiment: Experiment, repair: Change): Promise<string | null> {
  const { live } = context;
  const prepared = await prepare(context, repair);
  if (typeof prepared === 'string') return prepared;
  const planned = await experiment.plan([prepared]);
  if (prepared.act === 'sentinel-set') await sentinelSet.inject(context, prepared);
  else {
    // The password goes to the server, and nowhere else: the journal knows that there was none before.
    const set =
      repair.kind === 'masterauth' ? { masterauth: live.asking.access.redis.password ?? '' } : prepared.set;
    await tell(live, prepared.node, set, true);
  }
  if (!(await tookEffect(context, repair))) throw new Error('the new value was not in effect when read back');
  await experiment.settled(planned);
  return null;
}

type Settings = Extract<Act, { act: 'config' | 'sentinel-set' }>;

/** The act with the value that it replaces, or why it must not be done now. State is read again: the diagnosis is seconds old. */
async function prepare(context: ActContext, repair: Change): Promise<Settings | string> {
  if (repair.kind === 'sentinel-set') {
    const set = { [repair.name]: repair.value };
    const act = await sentinelSet.prepare(context, { act: 'sentinel-set', node: repair.sentinel, set });
    return act.was?.[repair.name] === repair.was ? act : changed(repair.was, act.was?.[repair.name]);
  }
  if (repair.kind === 'config-set') {
    const set = { [repair.name]: repair.value };
    const act = await config.prepare(context, { act: 'config', node: repair.node, set });
    return act.was?.[repair.name] === repair.was ? act : changed(repair.was, act.was?.[repair.name]);
  }
  const password = context.live.asking.access.redis.password ?? '';
  if (password === '' && !repair.clears) return 'sentinelctl knows no password of this cluster';
  if (password !== '' && repair.clears) return 'the cluster has a password';
  const { masterauth } = await configOf(context.live, repair.node, ['masterauth']);
  if (masterauth === password) return 'masterauth has the right value already';
  // Another password may be meant. A wrong one is of no use to a roll back, and no password may get into the journal.
  if (masterauth !== '' && !repair.replaces && !repair.clears)
    return 'masterauth has been set in the meantime';
  return { act: 'config', node: repair.node, set: { masterauth: '' }, was: { masterauth: '' } };
}

const changed = (was: string, now: string | undefined): string =>
  `it is ${now || '""'} now, not ${was || '""'}`;

async function tookEffect({ live }: ActContext, repair: Change): Promise<boolean> {
  if (repair.kind === 'sentinel-set') {
    const was = { [repair.name]: repair.value };
    return (
      (await sentinelSet.verify({ live } as ActContext, {
        act: 'sentinel-set',
        node: repair.sentinel,
        set: was,
        was,
      })) === null
    );
  }
  const [name, value] =
    repair.kind === 'masterauth'
      ? ['masterauth', live.asking.access.redis.password ?? '']
      : [repair.name, repair.value];
  return (await configOf(live, repair.node, [name]))[name] === value;
}

/** Answers once the sentinel knows the replicas that live and its living peers again; or why it was not reset. */
async function forget(
  context: ActContext,
  experiment: Experiment,
  repair: Extract<Repair, { kind: 'reset' }>,
  sent: Set<Repair>,
): Promise<string | null> {
  const { sentinel: node, masterName } = repair;
  const { attached } = context.live.state;
  if (attached !== undefined) await context.runtime.attached?.requireAlone(attached, 'reset');
  const { clock, signal } = context.runtime;
  const done = await experiment.inject([{ act: 'reset', node, masterName }]);
  sent.add(repair);
  let missing: string | null = null;
  const knows = await until(
    async () => {
      missing = await reset.verify(context, { act: 'reset', node, masterName });
      return missing === null ? true : undefined;
    },
    { clock, everyMs: 250, deadlineMs: RESETS_APART_MS, signal },
  );
  if (knows === undefined) throw new Error(`${missing ?? 'not seen'}, ${RESETS_APART_MS / 1000} s after it`);
  await experiment.settled(done);
  return null;
}

const answered = (
  context: Pick<ActContext, 'live'>,
  repair: Repair,
  outcome: Repaired['outcome'],
  why: string | null = null,
): Repaired => ({ repair, does: describeRepair(context, repair), outcome, why });
