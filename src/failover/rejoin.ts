import { step } from '../cluster/runtime.js';
import { startAsCrashed, startGuarded } from '../cluster/start.js';
import { nodeOf } from '../faults/scene.js';
import { type Address, sameAddress } from '../model/address.js';
import { RETURNED_MASTER_MS } from '../model/sentinel-timing.js';
import type { Observation } from '../observe/observation.js';
import { round } from '../observe/phases.js';
import type { Rejoin, RejoinMode } from '../observe/result.js';
import { until } from '../until.js';
import type { TrialContext } from './context.js';
import type { Fault } from './fault.js';

/** How long a returned master is waited for, in milliseconds: it is demoted, then it copies the data. */
const REJOIN_BOUND_MS = RETURNED_MASTER_MS + 40_000;
const EVERY_MS = 5;

/** Lets the old master come back and waits until it is a linked, caught-up replica of the new one, or the bound is over. */
export async function rejoin(
  context: TrialContext,
  fault: Fault,
  newMaster: { id: string; announce: Address },
  mode: RejoinMode,
): Promise<Rejoin> {
  const { runtime, live, roles, observer } = context;
  const { clock } = runtime;
  const old = nodeOf(live.plan, roles.master.id);
  let startedAt = clock.now();
  let backAt: number | undefined;
  if (fault.ended !== null) {
    const thawedAt = await step(runtime, 'restart', `${old.id} thaws`, async () => fault.ended);
    runtime.signal?.throwIfAborted();
    startedAt = backAt = thawedAt ?? clock.now();
  } else if (mode === 'guarded') {
    const label = `starting ${old.id} as a replica of ${newMaster.id}`;
    await step(runtime, 'restart', label, () => startGuarded(runtime, live, old));
  } else await step(runtime, 'restart', `starting ${old.id} as it crashed`, () => startAsCrashed(live, old));
  backAt ??= clock.now();

  const since = (): Observation[] => observer.seen.filter((o) => o.source === old.id && o.atMs >= startedAt);
  const waiting = { clock, everyMs: EVERY_MS, deadlineMs: REJOIN_BOUND_MS, signal: runtime.signal };
  const follows = (o: Observation): boolean =>
    o.kind === 'role' && o.seen.role === 'replica' && sameAddress(o.seen.follows, newMaster.announce);
  const linkedUp = (o: Observation): boolean =>
    follows(o) && o.kind === 'role' && o.seen.link === 'connected';

  const converted = await step(
    runtime,
    'convert',
    `${old.id} becomes a replica of ${newMaster.id}`,
    async () => until(() => since().find(follows), waiting),
  );
  const linked = converted && (await until(() => since().find(linkedUp), waiting));
  const goal = linked && (observer.offsetOf(newMaster.id) ?? 0);
  const caughtUp = (): number | undefined =>
    goal !== undefined && (observer.offsetOf(old.id) ?? -1) >= goal ? clock.now() : undefined;
  const caughtUpAt = goal === undefined ? undefined : await until(caughtUp, waiting);
  const asMaster = since().find((o) => o.kind === 'role' && o.seen.role === 'master');
  const fromFault = (at: number | undefined): number | null =>
    at === undefined ? null : round(at - fault.atMs);
  return {
    mode: fault.ended === null ? mode : 'thawed',
    // The observer may hear from it before the start is confirmed.
    restartedMs: fromFault(Math.min(backAt, since().find((o) => o.kind === 'role')?.atMs ?? backAt)),
    convertedMs: fromFault(converted?.atMs),
    linkUpMs: fromFault(linked?.atMs),
    caughtUpMs: fromFault(caughtUpAt),
    zombieMs: zombieMs(asMaster?.atMs, converted?.atMs),
  };
}

/** How long it was a writable master after its return; null while that has not ended. */
function zombieMs(from: number | undefined, to: number | undefined): number | null {
  if (from === undefined) return 0;
  return to === undefined ? null : round(to - from);
}
