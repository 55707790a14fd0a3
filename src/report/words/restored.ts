import { count, named } from '../../model/words.js';
import type { Restored } from '../../observe/result.js';

/** `redis-1 runs again as a replica of redis-2; 12 keys of the run removed; all nodes agree again`. */
export const restoredWords = ({ undone, keysRemoved }: Restored): string =>
  [
    ...undone,
    ...(keysRemoved === 0 ? [] : [`${count(keysRemoved, 'key')} of the run removed`]),
    'all nodes agree again',
  ].join('; ');

/** Which node is the master after an interrupted run; `restored` is absent in results of older versions. */
export const masterNowWords = (restored: Restored | undefined): string =>
  restored?.master == null ? 'its master is not known' : `${named(restored.master)} is the master now`;
