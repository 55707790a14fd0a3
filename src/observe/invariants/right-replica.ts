import type { InvariantResult } from '../result.js';
import { result } from './trial-evidence.js';

const ID = 'right-replica';

/**
 * Sentinel promoted the replica that it has to by priority, offset and run id (sentinel.c,
 * compareSlavesForPromotion). `best` is the replica that comes first in that order among what the leader saw when it chose; null where
 * that could not be read.
 */
export function rightReplica(promoted: string | null, best: string | null): InvariantResult {
  if (promoted === null) return result(ID, 'unknown', 'no replica was promoted');
  if (best === null)
    return result(ID, 'unknown', `the view of the sentinels when they chose ${promoted} is unknown`);
  if (promoted === best)
    return result(ID, 'holds', `${promoted} was the best by priority, offset and run id`);
  return result(
    ID,
    'violated',
    `${promoted} was promoted; by priority, offset and run id it should be ${best}`,
  );
}
