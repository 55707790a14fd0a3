import type { InvariantResult } from '../result.js';
import { type FullSyncs, result, type TrialEvidence } from './trial-evidence.js';

const ID = 'no-full-resync';

/**
 * The replicas that stayed went on from where they were: `sync_full` of the new master did not grow. It is read
 * before the fault, and again before the old master returns: that one has always to be given everything.
 */
export function noFullResync(
  newMaster: TrialEvidence['newMaster'],
  fullSyncs: FullSyncs | null,
): InvariantResult {
  if (newMaster === null) return result(ID, 'unknown', 'there is no new master');
  const { before, after, attached } = fullSyncs ?? { before: null, after: null, attached: false };
  if (before === null || after === null)
    return result(ID, 'unknown', `sync_full of ${newMaster.id} could not be read`);
  if (after > before) {
    return result(
      ID,
      'violated',
      `sync_full of ${newMaster.id} grew from ${before} to ${after}: a replica needed a full resync`,
    );
  }
  if (!attached)
    return result(ID, 'unknown', `not every replica followed ${newMaster.id} when sync_full was read`);
  return result(ID, 'holds', `sync_full of ${newMaster.id} stayed at ${after}`);
}
