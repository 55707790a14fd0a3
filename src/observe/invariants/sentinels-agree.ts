import { formatAddress, sameAddress } from '../../model/address.js';
import type { InvariantResult } from '../result.js';
import { type Everyone, result } from './trial-evidence.js';

const ID = 'sentinels-agree';

/** Same address and configuration epoch at every sentinel, and the node there says that it is master. */
export function sentinelsAgree({ nodes, sentinels, views }: Everyone): InvariantResult {
  if (sentinels.every((s) => s.answer === null)) return result(ID, 'unknown', 'no sentinel answers');
  const ignorant = sentinels.filter((s) => s.answer !== null && !views.some((v) => v.id === s.id));
  if (ignorant.length > 0) {
    const who = ignorant.map((s) => s.id).join(', ');
    return result(ID, 'violated', `${who} no longer monitors the master’s name`);
  }
  const beliefs = new Set(
    views.map(({ view }) => `${formatAddress(view.address)} at epoch ${view.configEpoch}`),
  );
  if (beliefs.size > 1) return result(ID, 'violated', [...beliefs].join(' against '));
  const named = nodes.find((n) => sameAddress(n.announce, views[0]?.view.address));
  const evidence = `${views.length} of ${sentinels.length} name ${[...beliefs][0]}`;
  if (named?.answer === null || named === undefined) {
    return result(ID, 'unknown', `${evidence}, which does not answer`);
  }
  if (named.answer.role !== 'master')
    return result(ID, 'violated', `${evidence}, which says ${named.answer.role}`);
  return result(ID, views.length === sentinels.length ? 'holds' : 'unknown', evidence);
}
