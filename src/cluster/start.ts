import type { ConfEdit } from '../drivers/node-host.js';
import { OperatorError, refused } from '../errors.js';
import { type Address, formatAddress, sameAddress } from '../model/address.js';
import { majorityMaster } from '../model/agreement.js';
import { keepsChanges, persistsIn, withReplicaOf } from '../model/conf.js';
import { sentinelViewsOf } from '../model/facts.js';
import { command } from '../model/hints.js';
import { dataNodes, type NodePlan } from '../model/plan.js';
import type { SentinelSettings } from '../model/sentinel-settings.js';
import { majorityOf, nextFailoverMs, PING_PERIOD_MS } from '../model/sentinel-timing.js';
import type { MasterView } from '../model/snapshot.js';
import { until } from '../until.js';
import { settingsNow, surveyPlan } from './ask.js';
import { startNode } from './bring-up.js';
import { guardResume, guardStart, type StartDecision } from './guard.js';
import { hasSuccessor } from './impact.js';
import type { LiveCluster } from './open.js';
import type { Runtime } from './runtime.js';

/** What a start is decided by besides what the sentinels say. */
export interface StartOptions {
  /** How much of down-after must be left for a start as it was, in milliseconds; not judged where absent. */
  marginMs?: number;
  /** The node is frozen, and has all of its data in memory. */
  inMemory?: boolean;
}

/** Asks the sentinels right now how a data node must be started. Throws OperatorError where it must not be. */
export async function decideStart(
  live: LiveCluster,
  node: NodePlan,
  { marginMs = 0, inMemory = false }: StartOptions = {},
): Promise<StartDecision> {
  const { plan, host, asking } = live;
  const { masterName } = plan.spec;
  const snapshot = await surveyPlan(plan, asking);
  const conf = await host.readConf(node.id);
  // Without a replica no failover can come.
  const views = plan.spec.replicas === 0 ? [] : sentinelViewsOf(snapshot, masterName).map(({ view }) => view);
  const left = views.flatMap(({ downAfterMs, answeredMsAgo }) =>
    answeredMsAgo == null ? [] : [downAfterMs - answeredMsAgo],
  );
  return guardStart({
    node,
    cluster: plan.spec.cluster,
    masterName,
    master: majorityMaster(snapshot, masterName),
    sentinelsReachable: snapshot.sentinels.filter((s) => s.answer !== null).length,
    callItDown: views.filter(isFailoverNear).length,
    leftMs: left.length === 0 ? null : Math.min(...left),
    marginMs,
    isConfRead: conf !== undefined,
    // What it saved last may be old or nothing, and its replicas hold more: they must not copy that.
    hasData:
      inMemory || keepsChanges(conf) || (conf !== undefined && plan.spec.replicas === 0 && persistsIn(conf)),
  });
}

/** Whether a sentinel calls the master down, or replaces it at this moment. */
export const isFailoverNear = (view: MasterView): boolean =>
  view.flags.includes('s_down') || isFailingOver(view);

const isFailingOver = ({ failoverState }: MasterView): boolean =>
  failoverState !== null && failoverState !== 'none';

/** Starts a node safely: a sentinel with its own configuration, a data node as a replica of the current master. */
export async function startGuarded(
  runtime: Pick<Runtime, 'onProgress'>,
  live: LiveCluster,
  node: NodePlan,
): Promise<void> {
  if (node.kind === 'sentinel') return startNode(live, node);
  return startAs(runtime, live, node, await decideStart(live, node));
}

function startAs(
  runtime: Pick<Runtime, 'onProgress'>,
  live: LiveCluster,
  node: NodePlan,
  decision: StartDecision,
): Promise<void> {
  runtime.onProgress({ type: 'note', level: 'info', text: `${node.id} starts ${describe(decision)}` });
  return startNode(live, node, editFor(decision));
}

/**
 * Whether a data node that runs could be started again once it was stopped. A master that keeps nothing on disk can
 * only come back behind a successor, so there must be one. Throws what the guard would throw.
 */
export async function requireReturn(live: LiveCluster, node: NodePlan): Promise<void> {
  if (node.kind === 'sentinel') return;
  try {
    await decideStart(live, node);
  } catch (error) {
    const isEmptyMaster = error instanceof OperatorError && error.code === 'would-come-back-empty';
    if (!isEmptyMaster) throw error;
    if (hasSuccessor({ plan: live.plan, snapshot: await surveyPlan(live.plan, live.asking) }, node)) return;
    throw refused(
      'would-come-back-empty',
      `${node.id} is the master, and would start empty or with old data`,
      {
        why: 'it writes no append-only file, and no linked replica could be promoted in its place',
        hint: `${command('status', live.plan.spec.cluster)} # or --as-crashed to accept the loss`,
      },
    );
  }
}

/** `replicaof HOST PORT`, as Sentinel has it written down when it changes a role. */
const FOLLOWS = /^\s*(replicaof|slaveof)\s+\S+\s+\d+/im;

/** Asks right now whether a paused node may be resumed. Throws what guardResume throws. */
export async function requireResumable(live: LiveCluster, node: NodePlan): Promise<void> {
  if (node.kind === 'sentinel') return;
  const { plan, host, asking } = live;
  const { cluster, masterName } = plan.spec;
  const begunMs = asking.clock.now();
  const snapshot = await surveyPlan(plan, asking);
  const conf = await host.readConf(node.id);
  const views = sentinelViewsOf(snapshot, masterName).map(({ view }) => view);
  // The node gave no answer until the deadline: what the sentinels said is older by that.
  const ageMs = asking.clock.now() - begunMs;
  const isNear = (view: MasterView): boolean =>
    isFailoverNear(view) ||
    (view.answeredMsAgo != null && view.downAfterMs - view.answeredMsAgo - ageMs < PING_PERIOD_MS);
  // Where no other data node runs, an attempt ends without a replica to promote, and the data is in this node alone.
  const isSuccessorLeft = await runsAnother(live, node);
  const mayFailOver = isSuccessorLeft && views.length >= majorityOf(snapshot.sentinels.length);
  const others = snapshot.groups.flatMap((group) => group.nodes).filter((n) => n.id !== node.id);
  const isNode = ({ address }: { address: Address }): boolean => sameAddress(address, node.announce);
  guardResume({
    node,
    cluster,
    masterName,
    master: majorityMaster(snapshot, masterName),
    isFailoverAtHand: isSuccessorLeft && (views.some(isFailingOver) || (mayFailOver && views.some(isNear))),
    otherMasters: dataNodes(plan).filter((n) =>
      others.some((o) => o.id === n.id && o.answer?.role === 'master'),
    ),
    isReplica:
      (conf !== undefined && FOLLOWS.test(conf)) ||
      others.some(({ answer }) => answer?.role === 'master' && answer.attached.some(isNode)) ||
      // A sentinel forgets what it heard of the others when the master is switched: this was heard after the last switch.
      views.some((view) => view.replicas.some((seen) => isNode(seen) && seen.follows !== null)),
  });
}

/** Whether another data node runs, or may: one that is frozen too, or that the driver cannot look at. */
async function runsAnother({ plan, host }: LiveCluster, node: NodePlan): Promise<boolean> {
  const states = await Promise.all(
    dataNodes(plan)
      .filter(({ id }) => id !== node.id)
      .map(({ id }) =>
        host.inspect(id).then(
          ({ state }) => state,
          () => 'unknown' as const,
        ),
      ),
  );
  return states.some((state) => state !== 'exited' && state !== 'absent');
}

/** Whether a paused node must not be resumed, because another master was promoted or is about to be. */
export const isReplaced = (live: LiveCluster, node: NodePlan): Promise<boolean> =>
  requireResumable(live, node).then(
    () => false,
    (error: unknown) => {
      if (error instanceof OperatorError && ['replaced', 'failover-at-hand'].includes(error.code))
        return true;
      throw error;
    },
  );

/** What to type for a paused node: `resume`, or `restart` where resuming it would make a second master. */
export async function wakingOf(live: LiveCluster, node: NodePlan): Promise<string> {
  const verb = (await isReplaced(live, node)) ? 'restart' : 'resume';
  return command(`${verb} ${node.id}`, live.plan.spec.cluster);
}

/**
 * Starts a node as soon as that is safe: a master that does not log its changes to disk is not started before another one was
 * promoted. Answers with how a data node was started. Throws the guard's last refusal after the bound.
 */
export async function startWhenSafe(
  runtime: Pick<Runtime, 'onProgress'>,
  live: LiveCluster,
  node: NodePlan,
  { waiting, ...options }: StartOptions & { waiting?: Waiting } = {},
): Promise<StartDecision | null> {
  if (node.kind === 'sentinel') {
    await startNode(live, node);
    return null;
  }
  const decision = await afterFailover(live, () => decideStart(live, node, options), waiting);
  await startAs(runtime, live, node, decision);
  return decision;
}

/** How long a failover is waited for, in milliseconds, by the settings in effect. */
type FailoverBound = (settings: SentinelSettings) => number;

/** How long it is asked again, and who hears of it. */
export interface Waiting {
  /** Down-after + 15 s where absent. */
  bound?: FailoverBound;
  /** Called at each refusal with its code, and how long it is waited at most from now, in milliseconds. */
  onRefusal?: (leftMs: number, settings: SentinelSettings, code: string) => void;
}

/** Asks again as long as it is refused and a failover may still change that; throws the last refusal. */
export async function afterFailover<T>(
  live: LiveCluster,
  ask: () => Promise<T>,
  { bound = nextFailoverMs, onRefusal }: Waiting = {},
): Promise<T> {
  const { clock, signal } = live.asking;
  const settings = await settingsNow(live.plan, live.asking);
  const deadlineMs = bound(settings);
  const endMs = clock.now() + deadlineMs;
  let lastRefusal: unknown;
  const found = await until(
    () =>
      ask().catch((error: unknown) => {
        if (!(error instanceof OperatorError)) throw error;
        lastRefusal = error;
        onRefusal?.(endMs - clock.now(), settings, error.code);
        return undefined;
      }),
    { clock, everyMs: 100, deadlineMs, signal },
  );
  if (found === undefined) throw lastRefusal;
  return found;
}

/** Starts a data node without the guard: for 10 s it may be a second master. */
export function startAsCrashed(live: LiveCluster, node: NodePlan): Promise<void> {
  return startNode(live, node);
}

function editFor(decision: StartDecision): ConfEdit | undefined {
  return decision.how === 'follow' ? (conf) => withReplicaOf(conf, decision.master) : undefined;
}

function describe(decision: StartDecision): string {
  return decision.how === 'follow'
    ? `as a replica of ${formatAddress(decision.master)}, the current master`
    : `with its own configuration: ${decision.why}`;
}
