import type { ConfEdit, NodeHost } from '../drivers/node-host.js';
import { failed, messageOf, refused, unknownOutcome } from '../errors.js';
import { holderOf } from '../host/port-holder.js';
import { becomesFree } from '../host/ports.js';
import { isLoopback } from '../model/address.js';
import { redactLogLine } from '../model/conf.js';
import { command } from '../model/hints.js';
import { dataNodes, type NodePlan, sentinelNodes } from '../model/plan.js';
import type { Snapshot } from '../model/snapshot.js';
import { until } from '../until.js';
import { askingAs } from '../wire/access.js';
import { announceSentinels } from '../wire/hello.js';
import { parseRole } from '../wire/replies.js';
import { missingIn, surveyPlan, withNode } from './ask.js';
import type { LiveCluster } from './open.js';

/** How often a starting node is looked at, in milliseconds: a fraction of what a start takes. */
const LOOK_EVERY_MS = 8;
/** How many lines of a node's log an error shows. */
const LOG_TAIL_LINES = 12;

/**
 * As Promise.all, but settles only once every one has: what is undone after a failure must not be overtaken by a node
 * that is still being made or started.
 */
export async function allEnded(works: readonly Promise<unknown>[]): Promise<void> {
  const outcomes = await Promise.allSettled(works);
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}

/**
 * Starts a node and waits until it answers PING. Throws `start-failed` (1) with the tail of its log, `port-taken` (3) where
 * something else listens at its port, also where it began to while the node started.
 */
export async function startNode(live: LiveCluster, node: NodePlan, edit?: ConfEdit): Promise<void> {
  const { host, asking } = live;
  await requireFreePort(live, node);
  await host.start(node.id, edit, asking.signal);
  let last = 'it did not answer';
  const answered = await until(
    async () => {
      const failure = await withNode(node, asking, (c) => c.call('PING')).then(
        () => null,
        (error: unknown) => messageOf(error),
      );
      if (failure !== null) last = failure;
      if (failure !== null && /LOADING/.test(failure)) return undefined;
      // Also where PING was answered: another server may have answered in its place.
      const { state, detail } = await host.inspect(node.id);
      if (state === 'exited' || (state === 'absent' && failure !== null)) {
        last = `it exited (${detail})`;
        return 'gone';
      }
      return failure === null ? 'answered' : undefined;
    },
    { clock: asking.clock, everyMs: LOOK_EVERY_MS, deadlineMs: live.deadlineMs, signal: asking.signal },
  );
  if (answered !== 'answered') throw await startFailed(host, node, last);
}

/** What is left of the node's last run lets go of its port; what listens there after that is another server. */
async function requireFreePort({ asking, plan }: LiveCluster, { id, endpoint }: NodePlan): Promise<void> {
  // The host of an attached cluster asks what answers there who it is.
  if (plan.attached === true) return;
  if (await becomesFree(endpoint, asking)) return;
  const holder = isLoopback(endpoint.host) ? await holderOf(endpoint.port) : undefined;
  throw refused('port-taken', `port ${endpoint.port} of ${id} is in use: ${id} was not started`, {
    why:
      holder === undefined
        ? 'in use by an unknown process'
        : `in use by pid ${holder.pid}: ${holder.command}`,
    hint: 'end what listens there',
  });
}

async function startFailed(host: NodeHost, node: NodePlan, why: string): Promise<Error> {
  const tail: string[] = [];
  try {
    for await (const line of host.logs(node.id, { tail: LOG_TAIL_LINES }))
      if (line.text.trim() !== '') tail.push(`  ${redactLogLine(line.text)}`);
  } catch {
    tail.push('  (its log cannot be read)');
  }
  const log = [`the end of ${node.id}'s log:`, ...tail].join('\n');
  // Something else listened there between the look at the port and the start.
  if (tail.some((line) => line.includes('Address already in use')))
    return refused(
      'port-taken',
      `port ${node.endpoint.port} of ${node.id} is in use: ${node.id} did not start`,
      {
        why: log,
        hint: 'end what listens there',
      },
    );
  return failed('start-failed', `${node.id} did not start: ${why}`, {
    why: log,
    hint: 'fix what the log names (often a --redis-conf, or the server itself)',
  });
}

/** Makes the replicas follow the master at run time and waits until each one's link is up. */
export async function attachReplicas(live: LiveCluster, master: NodePlan): Promise<void> {
  const { plan, asking } = live;
  const replicas = dataNodes(plan).filter((n) => n.id !== master.id);
  const { host, port } = master.announce;
  await Promise.all(
    replicas.map((replica) =>
      withNode(replica, asking, async (connection) => {
        await connection.call('REPLICAOF', host, port);
        const linked = await until(
          async () => {
            const role = parseRole(await connection.call('ROLE'));
            return role.role === 'replica' && role.link === 'connected' ? true : undefined;
          },
          { clock: asking.clock, everyMs: LOOK_EVERY_MS, deadlineMs: live.deadlineMs, signal: asking.signal },
        );
        if (linked === undefined)
          throw await startFailed(live.host, replica, `its link to ${master.id} never came up`);
      }),
    ),
  );
}

/** Starts the sentinels and introduces them to each other, instead of waiting 2 s for the first hello. */
export async function startSentinels(live: LiveCluster, sentinels: NodePlan[]): Promise<void> {
  await allEnded(sentinels.map((node) => startNode(live, node)));
  await introduce(live);
}

/** Announces every sentinel to every other one. */
export async function introduce(live: Pick<LiveCluster, 'plan' | 'asking'>): Promise<void> {
  const { plan, asking } = live;
  await announceSentinels(
    sentinelNodes(plan).map(({ endpoint, announce, sentinelId }) => ({
      endpoint,
      announce,
      sentinelId: sentinelId ?? '',
    })),
    { masterName: plan.spec.masterName },
    askingAs(asking, 'sentinel'),
  );
}

export interface ProofOptions {
  /** How often all nodes are asked, in milliseconds. */
  everyMs?: number | undefined;
  /** On the run's clock: every sentinel must have had a valid answer from all nodes since then. */
  sinceMs?: number | undefined;
  /** Gets what each look showed. */
  onLook?: ((snapshot: Snapshot) => Promise<void>) | undefined;
  /** Gets what is still missing after each look. */
  onMissing?: ((missing: readonly string[]) => void) | undefined;
}

/**
 * Asks all nodes until nothing is missing for proof of convergence.
 * `everyMs`: where it may take long, looking less often. Throws `not-converged` (2) that lists what is still missing when
 * the deadline has passed.
 */
export async function proveConvergence(
  live: Pick<LiveCluster, 'plan' | 'asking' | 'deadlineMs'>,
  { everyMs = LOOK_EVERY_MS, sinceMs, onLook, onMissing }: ProofOptions = {},
): Promise<void> {
  const { plan, asking, deadlineMs } = live;
  let missing: string[] = ['no answer yet'];
  const proved = await until(
    async () => {
      const heardWithinMs = sinceMs === undefined ? undefined : asking.clock.now() - sinceMs;
      const snapshot = await surveyPlan(plan, asking);
      missing = missingIn(plan, snapshot, heardWithinMs);
      if (missing.length === 0) return true;
      onMissing?.(missing);
      await onLook?.(snapshot);
      return undefined;
    },
    { clock: asking.clock, everyMs, deadlineMs, signal: asking.signal },
  );
  if (proved === undefined) {
    throw unknownOutcome(
      'not-converged',
      `${plan.spec.cluster} is running, but its convergence could not be proved`,
      {
        why: missing.map((m) => `still missing: ${m}`).join('\n'),
        hint: command('status', plan.spec.cluster),
      },
    );
  }
}
