import { count, named } from '../../model/words.js';
import type { Restored, Trial } from '../../observe/result.js';

/** `redis-1 runs again as a replica of redis-2; 12 keys of the run removed; all nodes agree again`. */
export const restoredWords = ({ undone, keysRemoved }: Restored): string =>
  [
    ...undone,
    ...(keysRemoved === 0 ? [] : [`${count(keysRemoved, 'key')} of the run removed`]),
    'all nodes agree again',
  ].join('; ');

/** Which node is the master after an interrupted run; `restored` is absent in results of older versions. */
export function masterNowWords({ restored, oldMaster }: Pick<Trial, 'restored' | 'oldMaster'>): string {
  if (restored?.master == null) return 'its master is not known';
  const master = named(restored.master);
  return restored.master.id === oldMaster.id
    ? `${master} is still the master: no failover happened`
    : `${master} is the master now`;
}
