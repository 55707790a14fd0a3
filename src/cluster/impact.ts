import { refused } from '../errors.js';
import { sameAddress } from '../model/address.js';
import { majorityMaster, noMasterWords } from '../model/agreement.js';
import { humanDurationMs } from '../model/duration.js';
import { command } from '../model/hints.js';
import { type ClusterPlan, dataNodes, type NodePlan, sentinelNodes } from '../model/plan.js';
import { liveSettings } from '../model/sentinel-settings.js';
import { typicalFailoverMs, USUAL_RETURN_MS, votesNeeded } from '../model/sentinel-timing.js';
import type { Snapshot } from '../model/snapshot.js';
import { unknownNode } from '../model/unknown-node.js';
import { count } from '../model/words.js';
import { surveyPlan } from './ask.js';
import { withCluster } from './open.js';
import type { Runtime } from './runtime.js';
import type { ClusterState } from './store/state.js';

/** What a cluster is at this moment, for the words that say what an action would do to it. */
export interface Seen {
  plan: ClusterPlan;
  snapshot: Snapshot;
}

/** Asks every server once. */
export const lookBefore = (runtime: Runtime, state: ClusterState): Promise<Seen> =>
  withCluster(runtime, state, {}, async ({ plan, asking }) => ({
    plan,
    snapshot: await surveyPlan(plan, asking),
  }));

/** The node that a majority of the sentinels names as the master. */
export function masterOf({ plan, snapshot }: Seen): NodePlan | undefined {
  const address = majorityMaster(snapshot, plan.spec.masterName);
  return dataNodes(plan).find((n) => sameAddress(n.announce, address));
}

/** Finds a node by id, or the one that is `master`. Throws `node-unknown` (64), `no-agreement` (3). */
export function nodeIn(seen: Seen, name: string): NodePlan {
  const { plan, snapshot } = seen;
  if (name !== 'master') return nodeById(plan, name);
  const master = masterOf(seen);
  if (master !== undefined) return master;
  throw refused('no-agreement', `${plan.spec.cluster}: ${noMasterWords(snapshot, plan.spec.masterName)}`, {
    hint: `${command('status', plan.spec.cluster)} # then name the node: ${dataNodes(plan)
      .map((n) => n.id)
      .join(', ')}`,
  });
}

/** Finds a node by id. Throws `node-unknown` (64). */
export function nodeById(plan: ClusterPlan, id: string): NodePlan {
  const node = plan.nodes.find((n) => n.id === id);
  if (node !== undefined) return node;
  throw unknownNode(plan, id, ', or master');
}

/** Replicas whose link to this master is up, without those that are `lost`. */
function linkedReplicas({ plan, snapshot }: Seen, master: NodePlan, lost: readonly string[]): number {
  return snapshot.groups
    .filter((group) => group.masterName === plan.spec.masterName)
    .flatMap((group) => group.nodes)
    .filter(
      ({ id, answer }) =>
        !lost.includes(id) &&
        answer?.linkStatus === 'up' &&
        answer.follows !== null &&
        sameAddress(answer.follows, master.announce),
    ).length;
}

/** Whether a replica has its link to this node, and the sentinels are enough to promote it; those `lost` do not count. */
export function hasSuccessor(seen: Seen, master: NodePlan, lost: readonly string[] = []): boolean {
  const canElect = seen.snapshot.sentinels.some((s) =>
    s.answer?.masters.some((view) => view.name === seen.plan.spec.masterName && view.ckquorum.ok),
  );
  const { left, needed } = votersLeft(seen, lost);
  return canElect && left >= needed && linkedReplicas(seen, master, lost) > 0;
}

/** `about 6 s`: how long clients cannot write when a master of this cluster dies, by the settings in effect. */
export function outage({ plan, snapshot }: Seen): string {
  const seconds = Math.max(1, Math.round(typicalFailoverMs(liveSettings(plan.spec, snapshot)) / 1000));
  return `about ${seconds < 120 ? `${seconds} s` : humanDurationMs(seconds * 1000)}`;
}

/** What the loss of its master means to clients, and of what else is `lost`: `writes stop for about 6 s`. */
export function lossOfMaster(seen: Seen, lost: readonly string[] = []): string {
  const master = masterOf(seen);
  return master !== undefined && hasSuccessor(seen, master, lost)
    ? `writes stop for ${outage(seen)}`
    : 'writes stop, and no replica can be promoted: they continue only after it is started again';
}

const SECOND_MASTER = `as the master that it was: for about ${USUAL_RETURN_MS / 1000} s a second master, whose writes are lost`;
/** A frozen master that is replaced meanwhile and then runs on, and one that is started without a guard. */
export const THAWS_AS_MASTER = `it thaws ${SECOND_MASTER}`;
/** Where sentinelctl starts it behind its successor. */
export const RETURNS_AS_REPLICA = 'rolled back, it returns as a replica of the new master';
export const RETURNS_AS_MASTER = `it returns ${SECOND_MASTER}`;

const VERBS = { kill: 'kills', stop: 'stops', pause: 'pauses', restart: 'restarts' } as const;

/** `kills redis-2, the master: writes stop for about 6 s`. */
export function impactOf(seen: Seen, node: NodePlan, action: keyof typeof VERBS): string {
  const does = `${VERBS[action]} ${node.id}`;
  const meanwhile = action === 'restart' ? 'until it runs again, ' : '';
  if (node.kind === 'sentinel') return `${does}: ${meanwhile}${lossOfSentinels(seen, [node.id])}`;
  const master = masterOf(seen);
  if (master === undefined) return `${does}: ${unknownLoss(seen)}`;
  if (master.id === node.id)
    return action === 'restart' && node.persistent
      ? `${does}, the master: writes stop until it runs again`
      : `${does}, the master: ${lossOfMaster(seen)}`;
  return `${does}, a replica: ${lossOfReplicas(seen, master, [node.id], meanwhile)}`;
}

/** Where the sentinels name no master. */
export const unknownLoss = ({ plan, snapshot }: Seen): string =>
  `${noMasterWords(snapshot, plan.spec.masterName)}, so what it means to clients is not known`;

/** `writes continue, and 1 replica stays linked to redis-1`. */
export function lossOfReplicas(
  seen: Seen,
  master: NodePlan,
  lost: readonly string[],
  meanwhile = '',
): string {
  const left = linkedReplicas(seen, master, lost);
  return left > 0
    ? `writes continue, and ${meanwhile}${count(left, 'replica')} ${left === 1 ? 'stays' : 'stay'} linked to ${master.id}`
    : `writes continue, and ${meanwhile}no replica is left that could replace ${master.id}`;
}

/** `starts redis-1 with the role that it had when it went down: …`, after what a restart means until then. */
export function impactAsItWas(seen: Seen, node: NodePlan, action: 'start' | 'restart' | 'resume'): string {
  const { id, kind } = node;
  const until = action === 'restart' ? impactOf(seen, node, action) : null;
  if (kind === 'sentinel') return until ?? `${action}s ${id}`;
  const twice = `where another node was promoted, both take writes for about ${USUAL_RETURN_MS / 1000} s, and those to ${id} are lost`;
  if (action === 'resume') return `resumes ${id} with the role that it had: ${twice}`;
  const role = 'with the role that it had when it went down';
  const alone = 'where none was, its replicas copy what it has on disk: old data, or none';
  return `${until === null ? `starts ${id}` : `${until}; it starts`} ${role}: ${twice}; ${alone}`;
}

/** How many sentinels answer without those that are `lost`, and how many are needed for a failover. */
function votersLeft({ plan, snapshot }: Seen, lost: readonly string[]): { left: number; needed: number } {
  return {
    left: snapshot.sentinels.filter((s) => s.answer !== null && !lost.includes(s.id)).length,
    needed: votesNeeded(sentinelNodes(plan).length, liveSettings(plan.spec, snapshot).quorum),
  };
}

/** `2 of 3 sentinels stay, and 2 are needed for a failover`. */
export function lossOfSentinels(seen: Seen, lost: readonly string[]): string {
  const { left, needed } = votersLeft(seen, lost);
  const who = `${left} of ${count(sentinelNodes(seen.plan).length, 'sentinel')} ${left === 1 ? 'stays' : 'stay'}`;
  const again = lost.length === 1 ? 'it runs' : 'they run';
  return left >= needed
    ? `${who}, and ${needed} are needed for a failover`
    : `${who}, ${needed} are needed: no failover is possible until ${again} again`;
}
