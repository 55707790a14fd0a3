import type { FaultRun } from '../faults/conduct.js';
import { nodeOf } from '../faults/context.js';
import { sameAddress } from '../model/address.js';
import type { FullSyncs } from '../observe/invariants/trial-evidence.js';
import type { Observation, RoleSeen } from '../observe/observation.js';
import { phaseTimes } from '../observe/phases.js';
import { askingAs } from '../wire/access.js';
import { askNode } from '../wire/ask.js';

/** How many full resyncs the new master gave: at the preflight, and now. */
export async function fullSyncsOf(
  { live, roles, observer, before }: Pick<FaultRun, 'live' | 'roles' | 'observer' | 'before'>,
  newMaster: string,
  faultAtMs: number,
): Promise<FullSyncs> {
  const group = before.groups.find((g) => g.masterName === roles.masterName);
  const { answer } = await askNode(nodeOf(live.plan, newMaster).endpoint, askingAs(live.asking, 'redis'));
  return {
    before: group?.nodes.find((n) => n.id === newMaster)?.answer?.fullSyncs ?? null,
    after: answer?.fullSyncs ?? null,
    // With a single replica, no other one could have needed a resync.
    attached: roles.nodes.length < 3 || phaseTimes(observer.seen, roles, faultAtMs).reattachedMs !== null,
    ahead: aheadOf(newMaster, { roles, seen: observer.seen.filter(({ atMs }) => atMs >= faultAtMs) }),
  };
}

/** Replicas whose last offset before they followed the new master was beyond its own before it was promoted. */
function aheadOf(
  newMaster: string,
  { roles, seen }: { roles: FaultRun['roles']; seen: readonly Observation[] },
): FullSyncs['ahead'] {
  const announce = roles.nodes.find(({ id }) => id === newMaster)?.announce;
  const before = (id: string, isTurn: (now: RoleSeen) => boolean): number | undefined =>
    seen.find(
      (o): o is Observation & { kind: 'role' } => o.kind === 'role' && o.source === id && isTurn(o.seen),
    )?.offsetBefore;
  const promotedAt = before(newMaster, ({ role }) => role === 'master');
  if (announce === undefined || promotedAt === undefined) return [];
  return roles.nodes.flatMap(({ id }) => {
    if (id === newMaster) return [];
    const had = before(id, ({ follows }) => sameAddress(follows, announce)) ?? promotedAt;
    return had > promotedAt ? [{ id, bytes: had - promotedAt }] : [];
  });
}
