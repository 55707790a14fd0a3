import type { DiskFault, NodeAnswer } from '../model/snapshot.js';
import { count } from '../model/words.js';

const WORDS: Record<DiskFault, string> = {
  bgsave: 'rdb_last_bgsave_status err',
  'aof-write': 'aof_last_write_status err',
  'aof-rewrite': 'aof_last_bgrewrite_status err',
};

/** What failed, and whether writes are refused for it: the answer to PING proves that, else the settings say so. */
export function failureIn(answer: NodeAnswer): { fault: DiskFault; what: string; refuses: boolean } | null {
  const { diskFaults = [], pingError, settings } = answer;
  // A failed BGSAVE is not a fault where automatic saves are off; where that may not be asked, PING tells.
  const mayCount = settings?.save === undefined ? pingError !== undefined : settings.save !== '';
  const fault = ORDER.find((one) => diskFaults.includes(one) && (one !== 'bgsave' || mayCount));
  if (fault === undefined) return null;
  const isStopped = settings?.['stop-writes-on-bgsave-error'] !== 'no';
  const refuses = pingError !== undefined && (fault === 'aof-write' || (fault === 'bgsave' && isStopped));
  return {
    fault,
    what: `${WORDS[fault]}${refuses && fault === 'bgsave' ? ', stop-writes-on-bgsave-error yes' : ''}`,
    refuses,
  };
}

/** What makes a server refuse writes comes first. */
const ORDER: readonly DiskFault[] = ['aof-write', 'bgsave', 'aof-rewrite'];

/**
 * Why a master refuses each write at this moment, as it said itself: `MISCONF`, since it cannot write to its disk, or
 * `NOREPLICAS`, since too few replicas acknowledge (server.c, processCommand). Null where nothing shows that it does.
 */
export function refusalIn(answer: NodeAnswer): string | null {
  if (failureIn(answer)?.refuses === true) return 'MISCONF: it cannot write to its disk';
  const { goodReplicas: good, leastReplicas: least = 1 } = answer;
  if (good === undefined || good >= least) return null;
  return `NOREPLICAS: it has ${count(good, 'good replica')}`;
}
