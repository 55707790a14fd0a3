import { step } from '../cluster/engine.js';
import { startAsCrashed, startGuarded } from '../cluster/start.js';
import { type Address, sameAddress } from '../model/address.js';
import { until } from '../until.js';
import { nodeOf, type Story } from './cast.js';
import type { Observation } from './observation.js';
import { round } from './phases.js';
import type { Rejoin } from './result.js';

/**
 * How long a returned master is waited for, in milliseconds. Sentinel converts it after 4 × its 2 s hello period and
 * the next INFO of up to 10 s (sentinel.c, sentinelRefreshInstanceInfo), then it has to resynchronize.
 */
const REJOIN_BOUND_MS = 60_000;
const EVERY_MS = 5;

/** Starts the old master and waits until it is a linked, caught-up replica of the new one, or the bound is over. */
export async function rejoin(
  story: Story,
  faultAtMs: number,
  newMaster: { id: string; announce: Address },
  mode: Rejoin['mode'],
): Promise<Rejoin> {
  const { engine, up, cast, observer } = story;
  const { clock } = engine;
  const old = nodeOf(up.plan, cast.oldMaster.id);
  const startedAt = clock.now();
  await step(
    engine,
    'restart',
    `starting ${old.id} ${mode === 'guarded' ? `as a replica of ${newMaster.id}` : 'as it crashed'}`,
    () => (mode === 'guarded' ? startGuarded(engine, up, old) : startAsCrashed(up, old)),
  );
  const restartedAt = clock.now();
  const since = (): Observation[] => observer.seen.filter((o) => o.source === old.id && o.atMs >= startedAt);
  const waiting = { clock, everyMs: EVERY_MS, deadlineMs: REJOIN_BOUND_MS, signal: engine.signal };
  const isReplica = (o: Observation): boolean =>
    o.kind === 'role' && o.seen.role === 'replica' && sameAddress(o.seen.follows, newMaster.announce);

  const converted = await step(
    engine,
    'convert',
    `${old.id} becomes a replica of ${newMaster.id}`,
    async () => until(() => since().find(isReplica), waiting),
  );
  const linked =
    converted &&
    (await until(
      () => since().find((o) => isReplica(o) && o.kind === 'role' && o.seen.link === 'connected'),
      waiting,
    ));
  const goal = linked && (observer.offsetOf(newMaster.id) ?? 0);
  const caughtUp =
    goal !== undefined &&
    (await until(() => ((observer.offsetOf(old.id) ?? -1) >= goal ? clock.now() : undefined), waiting));
  const firstMaster = since().find((o) => o.kind === 'role' && o.seen.role === 'master');
  const fromFault = (at: number | undefined | false): number | null =>
    at === undefined || at === false ? null : round(at - faultAtMs);
  const convertedMs = fromFault(converted?.atMs);
  return {
    mode,
    restartedMs: fromFault(restartedAt),
    convertedMs,
    linkUpMs: fromFault(linked?.atMs),
    caughtUpMs: fromFault(caughtUp),
    zombieMs: zombieMs(firstMaster?.atMs, converted?.atMs),
  };
}

/** How long it was a writable master after its return; null while that has not ended. */
function zombieMs(from: number | undefined, to: number | undefined): number | null {
  if (from === undefined) return 0;
  return to === undefined ? null : round(to - from);
}
