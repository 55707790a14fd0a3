import { formatAddress, sameAddress } from './address.js';
import type { NodePlan } from './plan.js';
import type { MasterView, NodeAnswer } from './snapshot.js';

/** Data nodes by id, with what they say of themselves. */
export type Answers = ReadonlyMap<string, NodeAnswer>;

/** What the data nodes themselves still lack, seen from the master that a sentinel names. */
export function dataNodes(view: MasterView | undefined, data: readonly NodePlan[], said: Answers): string[] {
  const master = data.find((n) => sameAddress(n.announce, view?.address));
  const masterAnswer = master === undefined ? undefined : said.get(master.id);
  return data.flatMap((plan) => {
    const answer = said.get(plan.id);
    if (answer === undefined) return [`${plan.id} does not answer`];
    const loading = answer.loading ? [`${plan.id} is loading its data`] : [];
    if (master === undefined) return loading;
    if (plan.id === master.id)
      return answer.role === 'master' ? loading : [...loading, `${plan.id} does not report the role master`];
    return [...loading, ...replicaItself(plan, answer, master, masterAnswer)];
  });
}

function replicaItself(
  plan: NodePlan,
  answer: NodeAnswer,
  master: NodePlan,
  masterAnswer: NodeAnswer | undefined,
): string[] {
  const missing: string[] = [];
  if (answer.role !== 'replica') missing.push(`${plan.id} does not report the role replica`);
  else if (!sameAddress(answer.follows, master.announce)) {
    missing.push(
      `${plan.id} follows ${answer.follows === null ? 'no master' : formatAddress(answer.follows)}, not ${master.id}`,
    );
  } else if (answer.linkStatus !== 'up') missing.push(`${plan.id} has no link to ${master.id} yet`);
  const state = masterAnswer?.attached.find((a) => sameAddress(a.address, plan.announce))?.state;
  if (masterAnswer !== undefined && state !== 'online') {
    missing.push(`${master.id} ${state === undefined ? 'does not list' : `lists as ${state}`} ${plan.id}`);
  }
  return missing;
}
