import type { FaultRun } from '../faults/conduct.js';
import { nodeOf } from '../faults/context.js';
import type { FullSyncs } from '../observe/invariants/trial-evidence.js';
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
  };
}
