import { listed } from '../../model/words.js';
import type { InvariantResult } from '../result.js';
import { type FullSyncs, result, type TrialEvidence } from './trial-evidence.js';

const ID = 'full-resyncs-explained';

/**
 * The replicas that stayed went on from where they were: `sync_full` of the new master did not grow. It is read
 * before the fault, and again before the old master returns: that one has always to be given everything. A replica that
 * had received more than the one that was promoted cannot go on (replication.c, masterTryPartialResync): the sentinels
 * choose by an offset that may be a second old, so its full resync is expected. One of any other replica is not.
 */
export function fullResyncsExplained(
  newMaster: TrialEvidence['newMaster'],
  fullSyncs: FullSyncs | null,
): InvariantResult {
  if (newMaster === null) return result(ID, 'unknown', 'there is no new master');
  const { id } = newMaster;
  const { before, after, attached, ahead, needed } = fullSyncs ?? NOTHING_KNOWN;
  if (before === null || after === null) return result(ID, 'unknown', `sync_full of ${id} could not be read`);
  const grew = `sync_full of ${id} grew from ${before} to ${after}`;
  const behind = (needed ?? []).filter((name) => !ahead.some((replica) => replica.id === name));
  if (behind.length > 0)
    return result(
      ID,
      'violated',
      `${grew}: ${listed([...new Set(behind)])} needed a full resync without having received more than ${id}`,
    );
  if (after - before > ahead.length)
    return result(ID, 'violated', `${grew}: ${whose(needed)} needed a full resync`);
  if (!attached) return result(ID, 'unknown', `not every replica followed ${id} when sync_full was read`);
  if (after === before) return result(ID, 'holds', `sync_full of ${id} stayed at ${after}`);
  if (needed === null)
    return result(ID, 'unknown', `${grew}: the log of ${id} does not say which replica needed a full resync`);
  const had = ahead.map((replica) => `${replica.id} had received ${replica.bytes} B more than ${id}`);
  return result(
    ID,
    'holds',
    `${grew}: ${had.join(', ')} before the promotion, which only a full resync undoes`,
  );
}

const NOTHING_KNOWN: FullSyncs = { before: null, after: null, attached: false, ahead: [], needed: null };

const whose = (needed: FullSyncs['needed']): string =>
  needed === null || needed.length === 0 ? 'a replica' : listed([...new Set(needed)]);
