import { surveyPlan, withNode } from '../cluster/ask.js';
import type { LiveCluster } from '../cluster/open.js';
import { notRestored } from '../errors.js';
import { sameAddress } from '../model/address.js';
import { majorityMaster } from '../model/agreement.js';
import { command } from '../model/hints.js';
import { RUN_KEYS } from '../model/operator-rights.js';
import { dataNodes } from '../model/plan.js';
import { until } from '../until.js';
import type { Connection } from '../wire/client.js';

/** Only one run at a time has the cluster's lock; a doctor without it may write and remove its own keys at this moment. */
const OTHERS = 'sentinelctl:doctor:';
/** Looked at per SCAN. */
const BATCH = 1000;
const REPLICATED_MS = 10_000;
const WAIT_MS = 500;

/**
 * Removes every key that a run wrote, at the master that the sentinels name now, and waits until the replicas have
 * removed it too. Answers how many there were. Throws `not-restored` (4) where that could not be done.
 */
export async function removeRunKeys(live: LiveCluster): Promise<number> {
  const { plan, asking } = live;
  const { cluster, masterName, replicas } = plan.spec;
  try {
    const address = majorityMaster(await surveyPlan(plan, asking), masterName);
    const master = dataNodes(plan).find(({ announce }) => sameAddress(announce, address));
    if (master === undefined) throw new Error('the sentinels do not agree on a master');
    return await withNode(master, asking, async (connection) => {
      let removed = 0;
      // A pass may miss what was written during it.
      for (let found = await pass(connection); found > 0; found = await pass(connection)) removed += found;
      if (removed === 0) return 0;
      const isReplicated = await until(
        async () => (Number(await connection.call('WAIT', replicas, WAIT_MS)) >= replicas ? true : undefined),
        { clock: asking.clock, everyMs: WAIT_MS, deadlineMs: REPLICATED_MS },
      );
      if (isReplicated !== true) throw new Error('not every replica has removed them');
      return removed;
    });
  } catch (error) {
    throw notRestored('not-restored', `keys of the run are left on ${cluster}`, {
      why: `keys that match ${RUN_KEYS}: ${error instanceof Error ? error.message : String(error)}`,
      hint: `${command('status', cluster)} # then: ${command('recover', cluster)}`,
      cause: error,
    });
  }
}

/** One SCAN through the whole key space; answers how many keys it removed. */
async function pass(connection: Connection): Promise<number> {
  let removed = 0;
  let cursor = '0';
  do {
    const reply = await connection.call('SCAN', cursor, 'MATCH', RUN_KEYS, 'COUNT', BATCH);
    const [next, found] = Array.isArray(reply) ? (reply as [unknown, unknown]) : ['0', []];
    cursor = String(next);
    const keys = (Array.isArray(found) ? found.map(String) : []).filter((key) => !key.startsWith(OTHERS));
    if (keys.length > 0) removed += Number(await connection.call('UNLINK', ...keys));
  } while (cursor !== '0');
  return removed;
}
