import { humanDurationMs } from '../model/duration.js';
import { count, named } from '../model/words.js';
import type { Restored, Trial } from './result.js';

/**
 * `rolled back: redis-1 runs again as a replica of redis-2; 12 keys of the run removed; all nodes agree again`; where
 * nothing was in effect, that.
 */
export function rolledBackWords({ undone, keysRemoved }: Restored): string {
  if (undone.length === 0 && keysRemoved === 0) return 'nothing had to be rolled back';
  const keys = keysRemoved === 0 ? [] : [`${count(keysRemoved, 'key')} of the run removed`];
  return `rolled back: ${[...undone, ...keys, 'all nodes agree again'].join('; ')}`;
}

/** `two masters for 1.6 s: redis-2 came back as it had crashed, and is a replica of redis-1 now`; null where there was one at a time. */
export function secondMasterWords(
  { secondMasterMs = 0, oldMaster, restored }: Pick<Trial, 'secondMasterMs' | 'oldMaster' | 'restored'>,
  fault: string,
): string | null {
  if (secondMasterMs === 0) return null;
  const how = fault === 'freeze' ? 'thawed' : 'came back as it had crashed';
  const master = restored?.master ?? null;
  const now = master === null || master.id === oldMaster.id ? '' : `, and is a replica of ${master.id} now`;
  return `two masters for ${humanDurationMs(secondMasterMs)}: ${oldMaster.id} ${how}${now}`;
}

/**
 * Which node is the master after an interrupted run; `restored` is absent in results of older versions. `oldMaster`: the
 * master at the beginning; null where it was not known, or a failover is known to have happened since.
 */
export function masterNowWords({
  restored,
  oldMaster,
}: Pick<Trial, 'restored'> & { oldMaster: { id: string } | null }): string {
  if (restored?.master == null) return 'its master is not known';
  const master = named(restored.master);
  return restored.master.id === oldMaster?.id
    ? `${master} is still the master: no failover happened`
    : `${master} is the master now`;
}

/**
 * The same for a run without a result: what was rolled back, where anything was, and which node is the master. `isPart`:
 * the run that it belongs to rolls back more, and says so.
 */
export function restoredLines(
  restored: Restored,
  oldMaster: { id: string } | null,
  isPart = false,
): string[] {
  const isNothing = restored.undone.length === 0 && restored.keysRemoved === 0;
  return [
    ...(isNothing && isPart ? [] : [rolledBackWords(restored)]),
    masterNowWords({ restored, oldMaster }),
  ];
}
