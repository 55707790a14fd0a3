import { randomBytes } from 'node:crypto';
import { freezeMs, shortFreezeMs, TILTING_FREEZE_MS } from '../model/sentinel-timing.js';
import type { ClusterRoles } from '../observe/roles.js';
import type { Act } from './act.js';
import type { Fault, FaultParams } from './catalogue/fault.js';
import { requireRadius } from './radius.js';
import { mayBeReplaced } from './way-back.js';

/** What of a request decides on the acts. */
export interface Requested {
  targets: readonly string[];
  /** How long, in milliseconds; null: until it is healed. */
  forMs: number | null;
  delayMs?: number | undefined;
  jitterMs?: number | undefined;
  /** Also on a cluster that is not steady, and beyond the blast radius. */
  force: boolean;
}

/** How long a fault lasts that says so itself, as a part of down-after or in milliseconds. */
const OWN_DURATION: Readonly<Record<string, (settings: { downAfterMs: number }) => number>> = {
  'freeze-short': shortFreezeMs,
  'sentinel-freeze': () => TILTING_FREEZE_MS,
  'pause-writes': freezeMs,
  'pause-all': freezeMs,
  'fast-restart': () => 0,
};

/** The acts that a request means, and how long they last. Throws what the fault refuses, `blast-radius` (3). */
export function actsFor(
  fault: Fault,
  roles: ClusterRoles,
  request: Requested,
): { acts: Act[]; forMs: number | null; isGuarded: boolean } {
  const forMs = request.forMs ?? OWN_DURATION[fault.name]?.(roles.settings) ?? null;
  const params: FaultParams = {
    tag: randomBytes(4).toString('hex'),
    ...(forMs !== null && { forMs }),
    ...(request.delayMs !== undefined && { delayMs: request.delayMs }),
    ...(request.jitterMs !== undefined && { jitterMs: request.jitterMs }),
  };
  const acts = fault.acts(roles, request.targets, params);
  if (!request.force) requireRadius(roles.plan, fault, acts);
  const isGuarded = forMs === null || mayBeReplaced(acts, forMs, roles.settings.downAfterMs);
  return { acts, forMs, isGuarded };
}
