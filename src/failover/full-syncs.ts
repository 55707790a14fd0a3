import { nodeOf } from '../faults/scene.js';
import { dataNodes } from '../model/plan.js';
import type { Snapshot } from '../model/snapshot.js';
import type { FullSyncs } from '../observe/invariants/index.js';
import { phaseTimes } from '../observe/phases.js';
import { askingAs } from '../wire/access.js';
import { askNode } from '../wire/ask.js';
import type { TrialContext } from './context.js';

/** How often the new master was to give a replica everything anew: in the look before the fault, and now. */
export async function fullSyncsOf(
  { live, roles, observer }: TrialContext,
  before: Snapshot,
  newMaster: string,
  faultAtMs: number,
): Promise<FullSyncs> {
  const group = before.groups.find((g) => g.masterName === roles.masterName);
  const { answer } = await askNode(nodeOf(live.plan, newMaster).endpoint, askingAs(live.asking, 'redis'));
  return {
    before: group?.nodes.find((n) => n.id === newMaster)?.answer?.fullSyncs ?? null,
    after: answer?.fullSyncs ?? null,
    // With no other replica there is nobody who could have needed one.
    attached:
      dataNodes(live.plan).length < 3 || phaseTimes(observer.seen, roles, faultAtMs).reattachedMs !== null,
  };
}
