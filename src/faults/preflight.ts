import { surveyPlan } from '../cluster/ask.js';
import type { LiveCluster } from '../cluster/open.js';
import type { Runtime } from '../cluster/runtime.js';
import type { NodeHost } from '../drivers/node-host.js';
import { OperatorError, refused } from '../errors.js';
import { convergence } from '../model/convergence.js';
import { humanDurationMs } from '../model/duration.js';
import { command } from '../model/hints.js';
import { type ClusterPlan, sentinelNodes } from '../model/plan.js';
import type { SentinelSettings } from '../model/sentinel-settings.js';
import { failoverGuardMs, RETURNED_MASTER_MS } from '../model/sentinel-timing.js';
import type { Snapshot } from '../model/snapshot.js';
import { type ClusterRoles, rolesIn } from '../observe/roles.js';
import { until } from '../until.js';
import type { Asking } from '../wire/access.js';

const LOOK_EVERY_MS = 100;

/** The cluster right before a fault: every duration that depends on Sentinel's settings comes from `roles.settings`. */
export interface Preflight {
  snapshot: Snapshot;
  roles: ClusterRoles;
}

/** Looks whether a fault may be injected now. Throws `not-steady` or `too-soon` (3). */
export async function preflight(
  runtime: Pick<Runtime, 'clock' | 'onProgress'>,
  live: LiveCluster,
): Promise<Preflight> {
  const snapshot = await requireSteady(live.plan, live.asking);
  const roles = rolesIn(live.plan, snapshot);
  await requirePastFailoverGuard(runtime, live, roles.settings);
  return { snapshot, roles };
}

/**
 * Whether a fault may be injected: the cluster is proved converged at this moment, none of its sentinels is in TILT,
 * no failover is under way. Where everyone answers and only news has not reached everyone, that is waited for.
 * Throws `not-steady` (3) that lists what is not as it must be.
 */
export async function requireSteady(plan: ClusterPlan, asking: Asking): Promise<Snapshot> {
  let last: { snapshot: Snapshot; faults: string[] } | undefined;
  await until(
    async () => {
      const late = timedOut(last?.snapshot);
      const snapshot = await surveyPlan(plan, asking);
      last = { snapshot, faults: faultsIn(plan, snapshot) };
      return last.faults.length === 0 || cannotPass(plan, snapshot, late) ? true : undefined;
    },
    { clock: asking.clock, everyMs: LOOK_EVERY_MS, deadlineMs: RETURNED_MASTER_MS, signal: asking.signal },
  );
  if (last?.faults.length === 0) return last.snapshot;
  throw refused('not-steady', `cluster "${plan.spec.cluster}" is not steady, so nothing was injected`, {
    why: last?.faults.join('\n'),
    hint: command('status', plan.spec.cluster),
  });
}

/** Every server of a look, in the order of its addresses. */
const asked = ({ sentinels, groups }: Snapshot) => [...sentinels, ...groups.flatMap((g) => g.nodes)];

/** Who did not answer in time in a look. */
const timedOut = (snapshot: Snapshot | undefined): ReadonlySet<string> =>
  new Set(
    snapshot === undefined
      ? []
      : asked(snapshot)
          .filter((s) => s.silence?.kind === 'timeout')
          .map((s) => s.id),
  );

/**
 * What waiting does not fix: a server is silent, or no replica could take over. One that is only `late`, not refused,
 * may be slow for a moment: it counts as silent from the second look on.
 */
function cannotPass(plan: ClusterPlan, snapshot: Snapshot, lateBefore: ReadonlySet<string>): boolean {
  const late = timedOut(snapshot);
  return (
    plan.spec.replicas === 0 ||
    asked(snapshot).some((s) => s.answer === null && (!late.has(s.id) || lateBefore.has(s.id)))
  );
}

function faultsIn(plan: ClusterPlan, snapshot: Snapshot): string[] {
  const views = snapshot.sentinels.flatMap((s) =>
    (s.answer?.masters ?? [])
      .filter((m) => m.name === plan.spec.masterName)
      .map((view) => ({ id: s.id, view })),
  );
  return [
    ...convergence(snapshot, { masterName: plan.spec.masterName, nodes: plan.nodes }),
    ...snapshot.sentinels.filter((s) => s.answer?.tilt).map((s) => `${s.id} is in TILT and does not act`),
    ...views
      .filter(({ view }) => view.failoverState !== null && view.failoverState !== 'none')
      .map(({ id, view }) => `${id} runs a failover (${view.failoverState})`),
    ...(plan.spec.replicas === 0 ? ['no replica could be promoted'] : []),
    ...unplanned(plan, snapshot).map(
      ({ id, silence }) =>
        `${id}, which the sentinels list, does not answer: ${silence?.message ?? 'it was not asked'}`,
    ),
  ];
}

/** Silent data nodes that the sentinels list and the cluster's record lacks: the former address of a replica, or another cluster's node. */
const unplanned = (plan: ClusterPlan, { groups }: Snapshot) =>
  groups
    .filter(({ masterName }) => masterName === plan.spec.masterName)
    .flatMap(({ nodes }) => nodes)
    .filter(({ id, answer }) => answer === null && !plan.nodes.some((n) => n.id === id));

/** A sentinel's log line that says that a failover was tried and did not come to its end. */
const FAILED_ATTEMPT = / (-failover-abort-\S+|\+failover-end-for-timeout) /;
const SUCCESS = / (\+switch-master|\+config-update-from) /;

/** After a failed failover the sentinels wait; milliseconds. */
export interface FailoverGuard {
  guardMs: number;
  /** How much of it is left; 0: none, as far as the logs could be read. */
  waitMs: number;
  /** Sentinels whose log cannot be read. */
  unread: string[];
}

/**
 * After a failed attempt a sentinel does not try again for 2 × failover-timeout (sentinel.c,
 * sentinelStartFailoverIfNeeded): a fault injected before that would find no sentinel that acts. A success resets the guard.
 */
export async function failoverGuard(
  { clock }: Pick<Runtime, 'clock'>,
  { plan, host }: LiveCluster,
  settings: SentinelSettings,
): Promise<FailoverGuard> {
  const guardMs = failoverGuardMs(settings);
  const nowMs = clock.wallMs();
  const unread: string[] = [];
  const waits = await Promise.all(
    sentinelNodes(plan).map(async ({ id }) => {
      const failedAt = await failedAttempt(host, id, nowMs - guardMs).catch((error: unknown) => {
        // The log of a server that sentinelctl did not start may be out of its reach.
        if (!(error instanceof OperatorError) || error.code !== 'not-possible-here') throw error;
        unread.push(id);
        return null;
      });
      return failedAt === null ? 0 : failedAt + guardMs - nowMs;
    }),
  );
  return { guardMs, waitMs: Math.max(0, ...waits), unread };
}

/** Throws `too-soon` (3) with how long to wait, where a failover failed a short time ago. */
async function requirePastFailoverGuard(
  runtime: Pick<Runtime, 'clock' | 'onProgress'>,
  live: LiveCluster,
  settings: SentinelSettings,
): Promise<void> {
  const { guardMs, waitMs, unread } = await failoverGuard(runtime, live, settings);
  if (unread.length > 0) {
    const text = `not known whether a failover failed in the last ${humanDurationMs(guardMs)}, after which the sentinels wait: no log of ${unread.join(', ')} can be read`;
    runtime.onProgress({ type: 'note', level: 'warning', text });
  }
  if (waitMs === 0) return;
  throw refused('too-soon', `a failover failed less than ${humanDurationMs(guardMs)} ago`, {
    why: 'the sentinels do not retry within 2 × failover-timeout after a failed failover, so a fault now would measure that delay',
    hint: `${command('wait', live.plan.spec.cluster)} # then, in ${humanDurationMs(waitMs)}, run it again`,
  });
}

/** When the last attempt failed that this sentinel's log tells of, wall clock, milliseconds; null for none since. */
async function failedAttempt(host: NodeHost, id: string, sinceMs: number): Promise<number | null> {
  let failedAt: number | null = null;
  for await (const line of host.logs(id, { sinceMs })) {
    if (FAILED_ATTEMPT.test(line.text)) failedAt = line.atMs;
    else if (SUCCESS.test(line.text)) failedAt = null;
  }
  return failedAt;
}
