import type { NodeHost, NodeInspection } from '../drivers/node-host.js';
import { SAVING_GRACE_MS } from '../drivers/provisioner.js';
import { messageOf, notRestored, OperatorError, refused } from '../errors.js';
import { command } from '../model/hints.js';
import type { NodePlan } from '../model/plan.js';
import { surveyPlan } from './ask.js';
import { nodeById, nodeIn } from './impact.js';
import { type LiveCluster, withCluster, withoutSignal } from './open.js';
import type { Runtime } from './runtime.js';
import {
  isReplaced,
  requireResumable,
  requireReturn,
  startAsCrashed,
  startGuarded,
  startWhenSafe,
  wakingOf,
} from './start.js';

const START_DEADLINE_MS = 30_000;

export const ACTIONS = ['kill', 'stop', 'start', 'restart', 'pause', 'resume'] as const;
export type Action = (typeof ACTIONS)[number];

export interface ActRequest {
  cluster: string;
  /** `redis-1`, `sentinel-2`, or `master`: the node that the sentinels name at this moment. */
  node: string;
  action: Action;
  /** For start and restart: start it with its own configuration, without the guard. */
  asCrashed: boolean;
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
export function act(runtime: Runtime, request: ActRequest): Promise<ActResult> {
  const { cluster, action } = request;
  const options = { lock: `${action} ${request.node}`, deadlineMs: START_DEADLINE_MS };
  return withCluster(runtime, cluster, options, async (live) => {
    const { host, plan, asking } = live;
    const node =
      request.node === 'master'
        ? nodeIn({ plan, snapshot: await surveyPlan(plan, asking) }, request.node)
        : nodeById(plan, request.node);
    const before = await host.inspect(node.id);
    // The result says how it ended.
    runtime.onProgress({ type: 'step', id: action, state: 'start', label: `${action} ${node.id}` });
    const changed = await perform(runtime, live, node, before, request);
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
  switch (request.action) {
    case 'kill':
      requireAlive(node, before, 'killed', request.cluster);
      await host.kill(node.id, 'SIGKILL');
      return true;
    case 'pause':
      if (before.state === 'paused') return false;
      requireAlive(node, before, 'paused', request.cluster);
      await host.pause(node.id);
      return true;
    case 'resume':
      if (before.state === 'running') return false;
      requireAlive(node, before, 'resumed', request.cluster);
      if (!request.asFrozen) await requireResumable(live, node);
      await host.resume(node.id);
      return true;
    case 'stop':
      return stop(host, node, before);
    case 'start':
      if (before.state === 'running') return false;
      if (before.state === 'paused') {
        throw refused('paused', `${node.id} is paused, not down`, { hint: await wakingOf(live, node) });
      }
      await start(runtime, live, node, request.asCrashed, startGuarded);
      return true;
    case 'restart':
      if (before.state === 'running' && !request.asCrashed) await requireReturn(live, node);
      // Before it is ended: whether it can come back as what it must be.
      if (node.kind === 'redis' && !request.asCrashed) await host.requireAble(node.id, 'start');
      // A paused server wakes up to end, and may take writes until it has: one that was replaced must not.
      if (before.state === 'paused' && (await isReplaced(live, node))) await host.kill(node.id, 'SIGKILL');
      else await stop(host, node, before);
      if (!request.asCrashed && node.kind === 'redis') {
        runtime.onProgress({
          type: 'note',
          level: 'info',
          text: `${node.id} is stopped; waiting until it can start without becoming an empty master or a second one`,
        });
      }
      await startAgain(runtime, live, node, request);
      return true;
  }
}

/** The second half of a restart: an abort does not prevent it, since the first half is done. Throws `not-restored` (4). */
async function startAgain(
  runtime: Runtime,
  live: LiveCluster,
  node: NodePlan,
  request: ActRequest,
): Promise<void> {
  try {
    await start(runtime, withoutSignal(live), node, request.asCrashed, startWhenSafe);
  } catch (error) {
    const why = error instanceof OperatorError ? error.why : undefined;
    throw notRestored('not-restored', `${node.id} was stopped and could not be started again safely`, {
      why: [messageOf(error), why].filter(Boolean).join('\n'),
      hint: `${command('status', request.cluster)}, then ${command(`start ${node.id}`, request.cluster)}`,
      cause: error,
    });
  }
}

async function stop(host: NodeHost, node: NodePlan, before: NodeInspection): Promise<boolean> {
  if (before.state !== 'running' && before.state !== 'paused') return false;
  await host.stop(node.id, { graceMs: SAVING_GRACE_MS });
  return true;
}

async function start(
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
      text: `${node.id} starts without the guard: if another master was promoted, it accepts writes for about 10 s that are then lost; if none was promoted, its replicas copy what it has on disk, old data or none, and delete their own`,
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
