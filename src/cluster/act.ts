import type { NodeHost, NodeInspection } from '../drivers/node-host.js';
import { SAVING_GRACE_MS } from '../drivers/provisioner.js';
import { refused } from '../errors.js';
import { command } from '../model/hints.js';
import { RESTART_RIGHTS } from '../model/operator-rights.js';
import { type NodePlan, sentinelNodes } from '../model/plan.js';
import { USUAL_RETURN_MS } from '../model/sentinel-timing.js';
import { isFull } from '../model/snapshot.js';
import { type Connection, WireError } from '../wire/client.js';
import { surveyPlan, withNode } from './ask.js';
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
  switch (request.action) {
    case 'kill':
      requireAlive(live, node, before, 'killed');
      await host.kill(node.id, 'SIGKILL', signal);
      return true;
    case 'pause':
      if (before.state === 'paused') return false;
      requireAlive(live, node, before, 'paused');
      await host.pause(node.id, signal);
      return true;
    case 'resume':
      if (before.state === 'running') return false;
      requireAlive(live, node, before, 'resumed');
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
    return noteFull(runtime, live, node);
  }
  if (node.kind === 'redis') {
    runtime.onProgress({
      type: 'note',
      level: 'warning',
      text: `${node.id} starts without the guard: if another master was promoted, it accepts writes for about ${USUAL_RETURN_MS / 1000} s that are then lost; if none was promoted, its replicas copy what it has on disk, old data or none, and delete their own`,
    });
  }
  await startAsCrashed(live, node);
  return noteFull(runtime, live, node);
}

/** It answered once, before the sentinels took the few connections that its maxclients allows. */
async function noteFull(
  { onProgress }: Pick<Runtime, 'onProgress'>,
  { plan, asking }: LiveCluster,
  node: NodePlan,
): Promise<void> {
  // Each sentinel has one for commands and one for messages (sentinel.c, sentinelReconnectInstance).
  const taken = 2 * sentinelNodes(plan).length;
  if (node.kind === 'sentinel') return;
  const most = await withNode(node, asking, maxClientsOf).catch((error: unknown) => {
    if (error instanceof WireError) return isFull(error) ? 0 : null;
    throw error;
  });
  if (most === null || most > taken) return;
  const { cluster } = plan.spec;
  const room = most === 0 ? 'maxclients is reached' : `the sentinels take all of its maxclients (${most})`;
  onProgress({
    type: 'note',
    level: 'warning',
    text: `${node.id} runs and accepts no client: ${room}; stop it, give maxclients a higher number in its file, then: ${command(`start ${node.id}`, cluster)}`,
  });
}

/** Null where its release does not say it. */
async function maxClientsOf(connection: Connection): Promise<number | null> {
  const said = /^maxclients:(\d+)/m.exec(String(await connection.call('INFO', 'clients')))?.[1];
  return said === undefined ? null : Number(said);
}

function requireAlive(
  { plan }: LiveCluster,
  node: NodePlan,
  { state, detail }: NodeInspection,
  done: string,
): void {
  if (state === 'running' || state === 'paused') return;
  // Of a cluster that was taken down no server says which master it must follow: only `up` starts all of them.
  const isMade = state === 'absent' && plan.attached !== true;
  throw refused('not-running', `${node.id} cannot be ${done}: it is not running`, {
    why: detail,
    hint: command(isMade ? 'up' : `start ${node.id}`, plan.spec.cluster),
  });
}
