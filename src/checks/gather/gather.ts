import type { Clock } from '../../clock.js';
import { neverSeen } from '../../cluster/never-seen.js';
import { recordedNodes } from '../../cluster/recorded.js';
import type { Runtime } from '../../cluster/runtime.js';
import { readAudit } from '../../cluster/store/audit.js';
import { leftUnfinished, runUnderWay } from '../../cluster/store/journal.js';
import type { Store } from '../../cluster/store/state.js';
import type { Target } from '../../cluster/target.js';
import { hostLimits, noHostLimits } from '../../host/limits.js';
import { isLocal } from '../../host/server-life.js';
import type { Gathered, GatheredNode, GatheredSentinel } from '../../model/gathered.js';
import { withIdsOfPeers } from './identity.js';
import { gatherLives } from './lives.js';
import { lookUpNames } from './lookups.js';
import { completeRenamed } from './renamed.js';
import { completeRights } from './rights.js';
import { scriptFailuresOf, scriptsOf } from './scripts.js';
import { lookAgainAt } from './second-look.js';
import { gatherServers } from './servers.js';
import { watchServers } from './watch.js';

export interface GatherRequest {
  clock: Clock;
  /** For each answer, in milliseconds; the whole takes at most four of them, and what is watched. */
  deadlineMs: number;
  /** Watch for so long, in milliseconds; null: do not. */
  watchForMs: number | null;
  signal?: AbortSignal | undefined;
  /** Whether sentinels that we made are told to write their file, as proof that they can; `status` only looks. */
  writes?: boolean;
}

/**
 * Gathers everything that checks look at, once and in parallel: what every sentinel and data node answers, how they
 * live, this machine's limits, the names in the configuration. What cannot be read is in it with the reason.
 * Changes nothing but this: sentinels created by sentinelctl write their own file (SENTINEL FLUSHCONFIG).
 * Throws only the signal's reason.
 */
export async function gather(runtime: Runtime, target: Target, request: GatherRequest): Promise<Gathered> {
  const { clock, deadlineMs, watchForMs, signal } = request;
  const takenAtMs = clock.wallMs();
  const own = target.kind === 'own';
  const recorded = recordedNodes(target);
  // Ours are known beforehand: how they live is asked at the same time as themselves.
  const early = own ? gatherLives(runtime, target, [], deadlineMs * 4) : null;
  const wired = await gatherServers(target, request);
  const servers = [...wired.sentinels, ...wired.nodes, ...wired.outside];
  const lives = await (early ?? gatherLives(runtime, target, servers, deadlineMs * 4));
  const living = await Promise.all(
    withIdsOfPeers(wired.sentinels).map(async (wiredOne): Promise<GatheredSentinel> => {
      const sentinel = { ...wiredOne, ...lives(wiredOne) };
      const [scripts, scriptFailures] = await Promise.all([
        scriptsOf(sentinel),
        scriptFailuresOf(sentinel, takenAtMs),
      ]);
      return { ...sentinel, scripts, ...(scriptFailures.length > 0 && { scriptFailures }) };
    }),
  );
  const asking = { clock, deadlineMs, signal };
  const completed = await completeRights(
    { sentinels: living, nodes: wired.nodes.map((n): GatheredNode => ({ ...n, ...lives(n) })) },
    target,
    asking,
  );
  const known = await completeRenamed(completed.sentinels, completed.nodes, target, asking);
  const { sentinels, nodes, foreignSentinels } = await lookAgainAt(
    { ...completed, nodes: known },
    target,
    asking,
  );
  const here = own || servers.some((s) => isLocal(s.endpoint.host));
  const [host, lookups, watched, runs, unseen] = await Promise.all([
    here ? hostLimits() : noHostLimits('the servers run on another machine'),
    lookUpNames(sentinels, nodes, clock, deadlineMs),
    watchForMs === null ? null : watchServers(target, wired, { ...request, watchForMs }),
    own || target.record !== null ? runsOn(runtime.store, target.name) : null,
    neverSeen(runtime.store, target),
  ]);
  signal?.throwIfAborted();
  return {
    takenAtMs,
    cluster: target.name,
    own,
    ...(own && target.state.phase === 'kept' && { kept: true }),
    ...(!own && target.record?.way && { acts: target.record.way }),
    ...(!own && target.record?.readonly === true && { readonly: true as const }),
    ...(unseen.length > 0 && { unseen }),
    ...(recorded.length > 0 && { recorded }),
    ...(!own && target.record?.label && { label: target.record.label }),
    driver: own ? target.state.plan.driver : 'attached',
    masterName: own ? target.state.plan.spec.masterName : target.masterName,
    sentinels,
    nodes,
    ...(wired.outside.length > 0 && { outside: wired.outside.map((n) => ({ ...n, ...lives(n) })) }),
    ...(foreignSentinels.length > 0 && { foreignSentinels }),
    ...(wired.notAsked > 0 && { notAsked: wired.notAsked }),
    host,
    lookups,
    watched,
    app: null,
    ...(runs !== null && { runs }),
    ...(!own && target.whence !== null && { whence: target.whence }),
  };
}

/** What a run of sentinelctl left in effect, or is doing now: nothing else should be fixed before that. */
async function runsOn(store: Store, cluster: string): Promise<NonNullable<Gathered['runs']>> {
  const [unfinished, underWay, audit] = await Promise.all([
    leftUnfinished(store, cluster),
    runUnderWay(store, cluster),
    readAudit(store.home).catch(() => null),
  ]);
  const acts = (audit?.entries ?? []).filter((entry) => entry.cluster === cluster);
  const actedAtMs = Math.max(0, ...acts.map(({ atMs, end }) => end?.atMs ?? atMs));
  return {
    ...(unfinished !== null && { unfinished }),
    ...(underWay !== null && { underWay }),
    ...(actedAtMs > 0 && { actedAtMs }),
  };
}

/** A gathering of no cluster at all: what is not about the application alone has nothing to look at. */
export function nothingGathered(why: string): Gathered {
  return {
    takenAtMs: 0,
    cluster: '',
    own: false,
    driver: 'attached',
    masterName: null,
    sentinels: [],
    nodes: [],
    host: noHostLimits(why),
    lookups: [],
    watched: null,
    app: null,
  };
}
