import type { NodeHost, NodeInspection } from '../drivers/node-host.js';
import { SAVING_GRACE_MS } from '../drivers/provisioner.js';
import { refused } from '../errors.js';
import { command } from '../model/hints.js';
import { RESTART_RIGHTS } from '../model/operator-rights.js';
import type { NodePlan } from '../model/plan.js';
import { USUAL_RETURN_MS } from '../model/sentinel-timing.js';
import { surveyPlan } from './ask.js';
import { nodeById, nodeIn } from './impact.js';
import { type LiveCluster, withCluster } from './open.js';
import { atEach, requireSavedUsers } from './rights.js';
import type { Runtime } from './runtime.js';
import { requireResumable, startAsCrashed, startGuarded, wakingOf } from './start.js';
import type { ClusterState } from './store/state.js';

const START_DEADLINE_MS = 30_000;

const ACTIONS = ['kill', 'stop', 'start', 'restart', 'pause', 'resume'] as const;
export type Action = (typeof ACTIONS)[number];

export interface NodeRequest {
  /** `redis-1`, `sentinel-2`, or `master`: the node that the sentinels name at this moment. */
  node: string;
  /** For start and restart: start it with its own configuration, without the guard. */
  asCrashed: boolean;
}

export interface ActRequest extends NodeRequest {
  /** `restart` is two actions, with a journal: see faults/restart.ts. */
  action: Exclude<Action, 'restart'>;
  /** For resume: also a master that was replaced while it was paused. */
  asFrozen: boolean;
}

export interface ActResult {
  cluster: string;
  node: string;
  action: Action;
  before: NodeInspection;
  after: NodeInspection;
  /** False when there was nothing to do. */
  changed: boolean;
}

/** Does one action on one node under the cluster's lock. Throws OperatorError where it must not. */
export const act = (runtime: Runtime, known: ClusterState, request: ActRequest): Promise<ActResult> =>
  onNode(runtime, known, request, request.action, (live, node, before) =>
    perform(runtime, live, node, before, request),
  );

/**
 * Opens the cluster under its lock, finds the node, and answers with how it was before and after `work`, which says
 * whether it did anything.
 */
export function onNode(
  runtime: Runtime,
  known: ClusterState,
  request: NodeRequest,
  action: Action,
  work: (live: LiveCluster, node: NodePlan, before: NodeInspection) => Promise<boolean>,
): Promise<ActResult> {
  const { cluster } = known.plan.spec;
  const options = {
    lock: `${action} ${request.node}`,
    deadlineMs: START_DEADLINE_MS,
    rights: { purpose: 'act', ...(action === 'restart' && { besides: atEach(RESTART_RIGHTS) }) } as const,
  };
  // A slip in the name comes before a fault that is still active.
  if (request.node !== 'master') nodeById(known.plan, request.node);
  return withCluster(runtime, known, options, async (live) => {
    const { host, plan, asking } = live;
    const node =
      request.node === 'master'
        ? nodeIn({ plan, snapshot: await surveyPlan(plan, asking) }, request.node)
        : nodeById(plan, request.node);
    // What is ended is started again, by this command or a later one.
    if (['kill', 'stop', 'restart'].includes(action))
      await requireSavedUsers(live, ({ id }) => id === node.id);
    const before = await host.inspect(node.id);
    // The result says how it ended.
    runtime.onProgress({ type: 'step', id: action, state: 'start', label: `${action} ${node.id}` });
    const changed = await work(live, node, before);
    return { cluster, node: node.id, action, before, after: await host.inspect(node.id), changed };
  });
}

async function perform(
  runtime: Runtime,
  live: LiveCluster,
  node: NodePlan,
  before: NodeInspection,
  request: ActRequest,
): Promise<boolean> {
  const { host } = live;
  const { signal } = live.asking;
  const { cluster } = live.plan.spec;
  switch (request.action) {
    case 'kill':
      requireAlive(node, before, 'killed', cluster);
      await host.kill(node.id, 'SIGKILL', signal);
      return true;
    case 'pause':
      if (before.state === 'paused') return false;
      requireAlive(node, before, 'paused', cluster);
      await host.pause(node.id, signal);
      return true;
    case 'resume':
      if (before.state === 'running') return false;
      requireAlive(node, before, 'resumed', cluster);
      if (!request.asFrozen) await requireResumable(live, node);
      await host.resume(node.id, signal);
      return true;
    case 'stop':
      return stop(host, node, before, signal);
    case 'start':
      if (before.state === 'running') return false;
      if (before.state === 'paused') {
        throw refused('paused', `${node.id} is paused, not down`, { hint: await wakingOf(live, node) });
      }
      await start(runtime, live, node, request.asCrashed, startGuarded);
      return true;
  }
}

/** Shuts it down in order. False where it does not run. */
export async function stop(
  host: NodeHost,
  node: NodePlan,
  before: NodeInspection,
  abort?: AbortSignal,
): Promise<boolean> {
  if (before.state !== 'running' && before.state !== 'paused') return false;
  await host.stop(node.id, { graceMs: SAVING_GRACE_MS, abort });
  return true;
}

/** Starts it, `safely` unless `asCrashed`. */
export async function start(
  runtime: Runtime,
  live: LiveCluster,
  node: NodePlan,
  asCrashed: boolean,
  safely: (...args: Parameters<typeof startGuarded>) => Promise<unknown>,
): Promise<void> {
  if (!asCrashed) {
    await safely(runtime, live, node);
    return;
  }
  if (node.kind === 'redis') {
    runtime.onProgress({
      type: 'note',
      level: 'warning',
      text: `${node.id} starts without the guard: if another master was promoted, it accepts writes for about ${USUAL_RETURN_MS / 1000} s that are then lost; if none was promoted, its replicas copy what it has on disk, old data or none, and delete their own`,
    });
  }
  return startAsCrashed(live, node);
}

function requireAlive(
  node: NodePlan,
  { state, detail }: NodeInspection,
  done: string,
  cluster: string,
): void {
  if (state === 'running' || state === 'paused') return;
  throw refused('not-running', `${node.id} cannot be ${done}: it is not running`, {
    why: detail,
    hint: command(`start ${node.id}`, cluster),
  });
}
