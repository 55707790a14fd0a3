import { count, named } from '../model/words.js';
import type { Restored, Trial } from './result.js';

/** `redis-1 runs again as a replica of redis-2; 12 keys of the run removed; all nodes agree again`. */
export const restoredWords = ({ undone, keysRemoved }: Restored): string =>
  [
    ...undone,
    ...(keysRemoved === 0 ? [] : [`${count(keysRemoved, 'key')} of the run removed`]),
    'all nodes agree again',
  ].join('; ');

/** Which node is the master after an interrupted run; `restored` is absent in results of older versions. */
export function masterNowWords({
  restored,
  oldMaster,
}: Pick<Trial, 'restored'> & { oldMaster: { id: string } }): string {
  if (restored?.master == null) return 'its master is not known';
  const master = named(restored.master);
  return restored.master.id === oldMaster.id
    ? `${master} is still the master: no failover happened`
    : `${master} is the master now`;
}

/**
 * The same for a run without a result: what was rolled back, where anything was, and which node is the master. `isPart`:
 * the run that it belongs to rolls back more, and says so.
 */
export function restoredLines(restored: Restored, oldMaster: { id: string }, isPart = false): string[] {
  const isNothing = restored.undone.length === 0 && restored.keysRemoved === 0;
  const nothing = isPart ? [] : ['nothing had to be rolled back'];
  return [
    ...(isNothing ? nothing : [`rolled back: ${restoredWords(restored)}`]),
    masterNowWords({ restored, oldMaster }),
  ];
}
