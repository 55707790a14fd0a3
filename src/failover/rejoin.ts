import type { LiveCluster } from '../cluster/open.js';
import { step } from '../cluster/runtime.js';
import { startAsCrashed } from '../cluster/start.js';
import { bringBack } from '../faults/bring-back.js';
import type { FaultRun } from '../faults/conduct.js';
import { sameAddress } from '../model/address.js';
import type { NodePlan } from '../model/plan.js';
import { RETURNED_MASTER_MS, USUAL_RETURN_MS } from '../model/sentinel-timing.js';
import { notFollowing } from '../observe/not-agreed.js';
import type { Observation } from '../observe/observation.js';
import { round } from '../observe/phases.js';
import type { Rejoin, RejoinMode } from '../observe/result.js';
import type { Member } from '../observe/roles.js';
import { until } from '../until.js';
import type { Fault } from './fault.js';

/** How long a returned master is waited for, in milliseconds: it is demoted, then it copies the data. */
const REJOIN_BOUND_MS = RETURNED_MASTER_MS + 40_000;
const EVERY_MS = 5;

/**
 * Of a master that returned as it was: `two masters for 3 s: the sentinels demote redis-1, usually within 7 s`. Whole
 * seconds: each change is an event.
 * @internal Tested with moments that no run hits for certain.
 */
export function twoMastersWords(id: string, forMs: number): string {
  const leftMs = USUAL_RETURN_MS - forMs;
  const since = `two masters for ${Math.floor(forMs / 1000)} s`;
  return leftMs > 0
    ? `${since}: the sentinels demote ${id}, usually within ${Math.ceil(leftMs / 1000)} s`
    : `${since}, longer than usual: the sentinels demote ${id}`;
}

/** Brings the old master back and waits until it is a linked, caught-up replica of the new one, or the bound is over. */
export async function rejoin(
  run: FaultRun,
  fault: Fault,
  newMaster: Member,
  mode: RejoinMode,
): Promise<Rejoin> {
  const { runtime, observer, roles } = run;
  const { clock } = runtime;
  const old = roles.master;
  const { fromMs, toMs } = await bringMasterBack(run, fault, newMaster, mode);
  const since = (): Observation[] => observer.seen.filter((o) => o.source === old.id && o.atMs >= fromMs);
  const waiting = { clock, everyMs: EVERY_MS, deadlineMs: REJOIN_BOUND_MS, signal: runtime.signal };
  const follows = (o: Observation): boolean =>
    o.kind === 'role' && o.seen.role === 'replica' && sameAddress(o.seen.follows, newMaster.announce);
  const linkedUp = (o: Observation): boolean =>
    follows(o) && o.kind === 'role' && o.seen.link === 'connected';

  const isMaster = (o: Observation | undefined): boolean => o?.kind === 'role' && o.seen.role === 'master';
  const showLink = (onMissing: (missing: readonly string[]) => void): void => {
    const asMaster = isMaster(since().at(-1)) ? since().find(isMaster) : undefined;
    onMissing(
      asMaster === undefined
        ? notFollowing({ seen: since(), nowMs: clock.now() }, old.id, roles, newMaster)
        : [twoMastersWords(old.id, clock.now() - asMaster.atMs)],
    );
  };

  const converted = await step(
    runtime,
    'convert',
    `${old.id} becomes a replica of ${newMaster.id}`,
    async (onMissing) =>
      until(() => {
        showLink(onMissing);
        return since().find(follows);
      }, waiting),
    (found) => found !== undefined,
  );
  let linked: Observation | undefined;
  const catchUp = (): Promise<number | undefined> =>
    step(
      runtime,
      'catch-up',
      `${old.id} catches up with ${newMaster.id}`,
      async (onMissing) => {
        linked = await until(() => {
          showLink(onMissing);
          return since().find(linkedUp);
        }, waiting);
        if (linked === undefined) return undefined;
        const goal = observer.offsetOf(newMaster.id) ?? 0;
        return until(() => {
          if ((observer.offsetOf(old.id) ?? -1) >= goal) return clock.now();
          onMissing([`${old.id} has not copied all that ${newMaster.id} had when the link came up`]);
          return undefined;
        }, waiting);
      },
      (at) => at !== undefined,
    );
  const caughtUpAt = converted === undefined ? undefined : await catchUp();
  const asMaster = since().find(isMaster);
  const fromFault = (at: number | undefined): number | null =>
    at === undefined ? null : round(at - fault.atMs);
  return {
    mode: fault.thaw === null ? mode : 'thawed',
    // Its first answer may be observed before the start, or the thaw, is confirmed.
    restartedMs: fromFault(Math.min(toMs, since().find((o) => o.kind === 'role')?.atMs ?? toMs)),
    convertedMs: fromFault(converted?.atMs),
    linkUpMs: fromFault(linked?.atMs),
    caughtUpMs: fromFault(caughtUpAt),
    zombieMs: zombieMs(asMaster?.atMs, converted?.atMs),
  };
}

/** Starts the killed master, or waits for the frozen one to thaw; from when to when that took. */
async function bringMasterBack(
  { runtime, live, experiment, roles, observer }: FaultRun,
  { thaw }: Fault,
  newMaster: Member,
  mode: RejoinMode,
): Promise<{ fromMs: number; toMs: number }> {
  const { clock } = runtime;
  const { master: old } = roles;
  observer.expectReturn();
  if (thaw !== null) {
    const thawed = await step(runtime, 'restart', `${old.id} thaws`, () => thaw);
    runtime.signal?.throwIfAborted();
    return thawed ?? { fromMs: clock.now(), toMs: clock.now() };
  }
  // From here on an interrupt leaves the start to the rollback, which makes it a replica first.
  runtime.signal?.throwIfAborted();
  const fromMs = clock.now();
  const ended = experiment.active().filter(({ act }) => act.act === 'end' && act.node === old.id);
  if (mode === 'guarded') {
    const label = `starting ${old.id} as a replica of ${newMaster.id}`;
    await step(runtime, 'restart', label, () => bringBack({ runtime, live }, old));
  } else
    await step(runtime, 'restart', `starting ${old.id} with its old configuration`, () =>
      startUnlessAborted(runtime, live, old),
    );
  const toMs = clock.now();
  await experiment.settled(ended);
  return { fromMs, toMs };
}

/**
 * Starts it as it crashed. Where that is aborted before it answers, it is ended: the rollback starts it as a replica, and a
 * slow start would come up as a second master only after the interrupt.
 */
async function startUnlessAborted(
  { signal }: FaultRun['runtime'],
  live: LiveCluster,
  old: NodePlan,
): Promise<void> {
  try {
    await startAsCrashed(live, old);
  } catch (error) {
    if (signal?.aborted === true) await live.host.kill(old.id, 'SIGKILL');
    throw error;
  }
}

/** How long it was a writable master after its return; null while that has not ended. */
function zombieMs(from: number | undefined, to: number | undefined): number | null {
  if (from === undefined) return 0;
  return to === undefined ? null : round(to - from);
}
