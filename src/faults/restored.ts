import { surveyPlan } from '../cluster/ask.js';
import { type LiveCluster, withoutSignal } from '../cluster/open.js';
import type { Runtime } from '../cluster/runtime.js';
import { formatAddress, sameAddress } from '../model/address.js';
import { majorityMaster } from '../model/agreement.js';
import { dataNodes, type NodePlan } from '../model/plan.js';
import { count } from '../model/words.js';
import type { Restored } from '../observe/result.js';
import type { Act } from './act.js';
import { handlerOf } from './acts/index.js';
import { removeRunKeys } from './run-keys.js';

/**
 * After everything was rolled back: removes the keys of the run and says which node is the master now. `acts` are what
 * was rolled back. Throws `not-restored` (4) where keys are left.
 */
export async function restoredNow(
  runtime: Pick<Runtime, 'onProgress'>,
  open: LiveCluster,
  acts: readonly { act: Act }[],
): Promise<Restored> {
  const live = withoutSignal(open);
  const keysRemoved = await removeRunKeys(live);
  const master = await masterNow(live);
  const undone = acts.toReversed().map(({ act }) => undoneWords(live, act, master));
  const now = master === null ? 'the sentinels do not agree on a master' : `the master is ${placeOf(master)}`;
  const keys = keysRemoved === 0 ? '' : `; ${count(keysRemoved, 'key')} of the run removed`;
  runtime.onProgress({ type: 'note', level: 'info', text: `${now}${keys}` });
  return {
    undone,
    master: master === null ? null : { id: master.id, ...master.announce },
    keysRemoved,
  };
}

/** The node that most sentinels name; null where they do not agree. */
export async function masterNow({ plan, asking }: LiveCluster): Promise<NodePlan | null> {
  const address = majorityMaster(await surveyPlan(plan, asking), plan.spec.masterName);
  return dataNodes(plan).find(({ announce }) => sameAddress(announce, address)) ?? null;
}

const placeOf = ({ id, announce }: NodePlan): string => `${id} (${formatAddress(announce)})`;

/** What was done to a data node that had ended or was frozen, once it is known as what it returned. */
export function undoneWords(live: LiveCluster, act: Act, master: NodePlan | null): string {
  if (act.act === 'switchover' && master !== null) return `${master.id} is the only master, and takes writes`;
  const isData = (act.act === 'end' || act.act === 'pause') && act.node.startsWith('redis');
  if (!isData || master === null) return handlerOf(act).describeUndo({ live }, act);
  return `${act.node} runs again as ${act.node === master.id ? 'the master' : `a replica of ${master.id}`}`;
}
