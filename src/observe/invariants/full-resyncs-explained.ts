import type { InvariantResult } from '../result.js';
import { type FullSyncs, result, type TrialEvidence } from './trial-evidence.js';

const ID = 'full-resyncs-explained';

/**
 * The replicas that stayed went on from where they were: `sync_full` of the new master did not grow. It is read
 * before the fault, and again before the old master returns: that one has always to be given everything. A replica that
 * had received more than the one that was promoted cannot go on (replication.c, masterTryPartialResync): the sentinels
 * choose by an offset that may be a second old, so this is no fault of the cluster.
 */
export function fullResyncsExplained(
  newMaster: TrialEvidence['newMaster'],
  fullSyncs: FullSyncs | null,
): InvariantResult {
  if (newMaster === null) return result(ID, 'unknown', 'there is no new master');
  const { id } = newMaster;
  const { before, after, attached, ahead } = fullSyncs ?? {
    before: null,
    after: null,
    attached: false,
    ahead: [],
  };
  if (before === null || after === null) return result(ID, 'unknown', `sync_full of ${id} could not be read`);
  const grew = `sync_full of ${id} grew from ${before} to ${after}`;
  if (after - before > ahead.length) return result(ID, 'violated', `${grew}: a replica needed a full resync`);
  if (!attached) return result(ID, 'unknown', `not every replica followed ${id} when sync_full was read`);
  if (after === before) return result(ID, 'holds', `sync_full of ${id} stayed at ${after}`);
  const had = ahead.map((replica) => `${replica.id} had received ${replica.bytes} B more than ${id}`);
  return result(
    ID,
    'holds',
    `${grew}: ${had.join(', ')} before the promotion, which only a full resync undoes`,
  );
}
