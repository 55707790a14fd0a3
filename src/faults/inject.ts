import { surveyPlan } from '../cluster/ask.js';
import { type LiveCluster, withCluster } from '../cluster/open.js';
import { type Runtime, step } from '../cluster/runtime.js';
import type { ClusterState } from '../cluster/store/state.js';
import { EXIT, OperatorError, withAccount } from '../errors.js';
import { convergence } from '../model/convergence.js';
import { formatDurationMs, humanDurationMs } from '../model/duration.js';
import { command } from '../model/hints.js';
import type { Snapshot } from '../model/snapshot.js';
import { restoredLines } from '../observe/restored-words.js';
import { type ClusterRoles, rolesIn } from '../observe/roles.js';
import type { Act } from './act.js';
import { handlerOf } from './acts/index.js';
import { expectedOf } from './catalogue/expected.js';
import type { Fault } from './catalogue/fault.js';
import { faultOf } from './catalogue/index.js';
import { type Experiment, openExperiment } from './experiment.js';
import { requireHeeded } from './heeded.js';
import { impactOfActs } from './impact.js';
import { keptOf, lostOf, requireKept } from './kept.js';
import { preflight } from './preflight.js';
import { actsFor, type Requested } from './requested.js';
import { restoredNow } from './restored.js';
import { requireRightsFor } from './rights.js';
import { type Seen, showWhile } from './show.js';
import { inWords, requireWayBack } from './way-back.js';

export interface InjectRequest extends Requested {
  fault: string;
  /** Says what would be done, and does nothing. */
  dryRun: boolean;
  /** Whether a question has said what it means to clients; absent: it is noted before anything is done. */
  isSaid?: boolean;
}

export interface InjectResult {
  cluster: string;
  fault: string;
  /** Exactly what was done, or would be, and how it is rolled back, in words. */
  acts: { does: string; undo: string }[];
  /** What it means to clients and to the next failover, as seen right before it. */
  impact: string;
  dryRun: boolean;
  /** How long it lasted, or would, in milliseconds; null: until it is healed. */
  forMs: number | null;
  /** How long it was in effect, in milliseconds: longer than `forMs` where it lasted until the sentinels had decided. */
  activeMs?: number;
  /** True where it lasts until the sentinels have decided, which may be longer than `forMs`. */
  guarded?: boolean;
  /** True once it was rolled back. */
  healed: boolean;
  /** True once convergence was proved after that; false where the cluster was not whole before (`force`). */
  converged: boolean;
  /** How many keys are gone after a fault that left no node with the data (`force`); null until it is rolled back, and where that is not known. */
  lostKeys: number | null;
  /** How it ends by itself; null where it does not. */
  expires: string | null;
  correct: string[];
  mustNot: string[];
  /** What was seen until it was whole again, milliseconds from the injection. */
  seen: Seen[];
  /** The command that rolls it back; null where nothing is to be. */
  heal: string | null;
}

/**
 * Injects one fault into a cluster created by sentinelctl. With `forMs` it stays, shows what happens, and heals in the
 * end, or at an abort; without, the fault is left in effect, for `heal`. Throws `not-steady`, `too-soon`, `blast-radius`,
 * `would-come-back-empty`, `right-missing` or what the fault's acts refuse (3) before anything is done, `not-healed` (4).
 */
export async function inject(
  runtime: Runtime,
  known: ClusterState,
  request: InjectRequest,
): Promise<InjectResult> {
  const fault = faultOf(request.fault);
  requireHeeded(fault, request);
  const what = typedOf(request);
  if (request.dryRun)
    return withCluster(runtime, known, {}, (live) => rehearse(runtime, live, fault, request));
  return withCluster(runtime, known, { lock: what }, (live) => perform(runtime, live, fault, request, what));
}

/** The line that was typed, as it is named in the journal. */
function typedOf({ fault, targets, forMs }: InjectRequest): string {
  const lasting = forMs === null ? [] : ['--for', formatDurationMs(forMs)];
  return ['inject', fault, ...targets, ...lasting].join(' ');
}

/** What would be done to the cluster as it is now; everything is looked at and nothing is done. */
async function rehearse(
  runtime: Runtime,
  live: LiveCluster,
  fault: Fault,
  request: InjectRequest,
): Promise<InjectResult> {
  const { roles, snapshot } = await lookAt(runtime, live, request.force);
  const { acts, forMs, isGuarded } = actsFor(fault, roles, request);
  const kept = await keptOf(live, snapshot, acts);
  const impact = impactOfActs({ plan: live.plan, snapshot }, acts, forMs, kept);
  await requireKept(live, roles, acts, { kept, typed: typedOf(request), force: request.force });
  await requireRightsFor(runtime, live, acts);
  const prepared: Act[] = [];
  for (const act of acts) prepared.push(await handlerOf(act).prepare({ runtime, live }, act));
  const expected = expectedOf(fault, roles, acts, forMs);
  const planned = resultOf(live, { ...fault, ...expected }, prepared, isGuarded);
  return { ...planned, impact, dryRun: true, forMs, heal: null };
}

async function perform(
  runtime: Runtime,
  live: LiveCluster,
  fault: Fault,
  request: InjectRequest,
  what: string,
): Promise<InjectResult> {
  const { roles, isWhole, snapshot } = await lookAt(runtime, live, request.force);
  const { acts, forMs, isGuarded } = actsFor(fault, roles, request);
  const kept = await keptOf(live, snapshot, acts);
  const atRisk = await requireKept(live, roles, acts, { kept, typed: what, force: request.force });
  await requireWayBack(live, acts);
  await requireRightsFor(runtime, live, acts);
  const impact = impactOfActs({ plan: live.plan, snapshot }, acts, forMs, kept);
  // Not before the last of what may refuse it.
  let beganMs = runtime.clock.now();
  const say = (): void => {
    beganMs = runtime.clock.now();
    if (request.isSaid !== true) runtime.onProgress({ type: 'note', level: 'info', text: impact });
  };
  const keep = forMs === null;
  const experiment = await openExperiment(runtime, live, {
    what,
    keep,
    guardMs: forMs ?? fault.keptAtMostMs ?? null,
    proof: isWhole,
  });
  const seen: Seen[] = [];
  try {
    const injected = await experiment.inject(acts, say);
    const prepared = injected.map(({ act }) => act);
    const expected = expectedOf(fault, roles, acts, forMs);
    const result = { ...resultOf(live, { ...fault, ...expected }, prepared, isGuarded), impact };
    const done = result.acts.map(({ does }) => does).join('; ');
    runtime.onProgress({ type: 'note', level: 'done', text: `injected: ${done}` });
    if (keep) return result;
    let activeMs = 0;
    const work = async (): Promise<void> => {
      if (forMs > 0)
        await step(
          runtime,
          'inject',
          `active for ${isGuarded ? 'at least ' : ''}${formatDurationMs(forMs)}`,
          () => runtime.clock.sleep(forMs, runtime.signal),
        );
      await experiment.heal({ guarded: isGuarded, prove: false });
      const lastedMs = Math.round(runtime.clock.now() - beganMs);
      // One that ends by itself had ended by then.
      activeMs = fault.expires === null ? lastedMs : Math.min(lastedMs, forMs);
      await experiment.heal({ guarded: isGuarded });
    };
    await showWhile(runtime, live, snapshot, work, seen);
    await experiment.close();
    const lostKeys = await lostOf(live, atRisk);
    return {
      ...result,
      forMs,
      activeMs,
      guarded: isGuarded,
      healed: true,
      converged: isWhole,
      lostKeys,
      seen,
      heal: null,
    };
  } catch (error) {
    throw await putBack({ runtime, live, roles }, experiment, seen, error);
  }
}

const seenLines = (seen: readonly Seen[]): string[] =>
  seen.length === 0
    ? []
    : ['seen:', ...seen.map(({ atMs, message }) => `  ${humanDurationMs(atMs)}: ${message}`)];

/** Answers what is to be thrown: what went wrong first, unless something could not be rolled back. */
async function putBack(
  { runtime, live, roles }: { runtime: Runtime; live: LiveCluster; roles: ClusterRoles },
  experiment: Experiment,
  seen: readonly Seen[],
  cause: unknown,
): Promise<unknown> {
  if (cause instanceof OperatorError && cause.exitCode === EXIT.notRestored) return cause;
  const injected = experiment.active();
  await experiment.heal({ prove: injected.length > 0, guarded: true });
  const isAborted = runtime.signal?.aborted === true;
  const restored = isAborted && injected.length > 0 ? await restoredNow(runtime, live, injected) : null;
  await experiment.close();
  if (!isAborted) return cause;
  if (restored === null) return withAccount(runtime.signal?.reason, ['nothing was injected']);
  return withAccount(runtime.signal?.reason, [...seenLines(seen), ...restoredLines(restored, roles.master)]);
}

/** Read right before acting. Throws `not-steady` or `too-soon` (3), which `--force` passes over. */
async function lookAt(
  runtime: Runtime,
  live: LiveCluster,
  force: boolean,
): Promise<{ roles: ClusterRoles; isWhole: boolean; snapshot: Snapshot }> {
  if (!force) return { ...(await preflight(runtime, live)), isWhole: true };
  const { plan, asking } = live;
  const snapshot = await surveyPlan(plan, asking);
  const { masterName } = plan.spec;
  const isWhole = convergence(snapshot, { masterName, nodes: plan.nodes }).length === 0;
  return { roles: rolesIn(plan, snapshot), isWhole, snapshot };
}

function resultOf(
  live: LiveCluster,
  fault: Fault,
  acts: readonly Act[],
  isGuarded: boolean,
): Omit<InjectResult, 'impact'> {
  const { cluster } = live.plan.spec;
  return {
    cluster,
    fault: fault.name,
    acts: inWords(live, acts, isGuarded),
    dryRun: false,
    forMs: null,
    healed: false,
    converged: false,
    lostKeys: null,
    expires: fault.expires,
    correct: fault.correct,
    mustNot: fault.mustNot,
    seen: [],
    heal: command('heal', cluster),
  };
}
