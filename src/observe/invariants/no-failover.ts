import { formatAddress } from '../../model/address.js';
import { humanDurationMs } from '../../model/duration.js';
import { noFailoverHoldMs } from '../../model/sentinel-timing.js';
import type { Observation } from '../observation.js';
import { switches } from '../phases.js';
import type { InvariantResult } from '../result.js';
import type { Roles } from '../roles.js';
import { result } from './trial-evidence.js';

const ID = 'no-failover';

/** A time in which nothing may have happened, in milliseconds on the run's clock. */
export interface Hold {
  fromMs: number;
  untilMs: number;
  downAfterMs: number;
  failoverTimeoutMs: number;
}

/**
 * No other node became master and no sentinel switched, held for longer than down-after and an election take.
 * `seen` is everything from the observer's beginning: roles and beliefs are recorded only when they change.
 */
export function noFailover(seen: readonly Observation[], roles: Roles, hold: Hold): InvariantResult {
  const { fromMs, untilMs } = hold;
  const during = seen.filter((o) => o.atMs >= fromMs && o.atMs <= untilMs);
  const [switched] = switches(during, roles);
  if (switched !== undefined) {
    const evidence = `${switched.source}: +switch-master to ${formatAddress(switched.to)} after ${humanDurationMs(switched.atMs - fromMs)}`;
    return result(ID, 'violated', evidence);
  }
  const others = roles.nodes.filter((n) => n.id !== roles.master.id);
  const promoted = during.find(
    (o) => o.kind === 'role' && o.seen.role === 'master' && others.some((n) => n.id === o.source),
  );
  if (promoted !== undefined) {
    const evidence = `${promoted.source} says master after ${humanDurationMs(promoted.atMs - fromMs)}`;
    return result(ID, 'violated', evidence);
  }
  const heldMs = untilMs - fromMs;
  const neededMs = noFailoverHoldMs(hold);
  const held = `no failover in ${humanDurationMs(heldMs)}`;
  if (heldMs < neededMs)
    return result(ID, 'unknown', `${held}; it proves something only after ${humanDurationMs(neededMs)}`);
  const unseen = others.filter((n) => !wasHeard(seen, n.id, hold)).map((n) => n.id);
  if (unseen.length > 0)
    return result(ID, 'unknown', `${held}, but ${unseen.join(', ')} did not answer throughout`);
  if (!roles.sentinels.some(({ id }) => wasHeard(seen, id, hold)))
    return result(ID, 'unknown', `${held}, but no sentinel answered throughout`);
  const tries = during.filter((o) => o.kind === 'event' && o.event.name === '+try-failover').length;
  return result(ID, 'holds', tries === 0 ? held : `${held}; ${tries} attempts failed`);
}

/** Whether somebody answered from before the beginning of the hold to its end. */
function wasHeard(seen: readonly Observation[], id: string, { fromMs, untilMs }: Hold): boolean {
  const own = seen.filter((o) => o.source === id && o.kind !== 'event' && o.atMs <= untilMs);
  const atStart = own.findLast((o) => o.atMs <= fromMs);
  if (atStart === undefined || isAbsence(atStart)) return false;
  return !own.some((o) => o.atMs > fromMs && isAbsence(o));
}

const isAbsence = (o: Observation): boolean => o.kind === 'gone' || o.kind === 'silent';
