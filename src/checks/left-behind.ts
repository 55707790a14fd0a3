import { isAt, type MasterFacts } from '../model/facts.js';
import type { NodeState } from '../model/snapshot.js';
import { believedMaster } from './believed.js';
import { isDown, isNamed, isSilent } from './snapshot.js';

/**
 * Whether sentinels that name a wrong master are all that names this silent server: told another master, they forget it, and nothing
 * needs it to be started again.
 */
export function isLeftBehind(facts: MasterFacts, node: NodeState): boolean {
  const { answered, expectation, sentinelViews } = facts;
  const right = believedMaster(facts);
  const naming = sentinelViews.filter(({ view }) => isAt(node, view.address));
  return (
    !expectation.own &&
    right !== null &&
    isSilent(node) &&
    !isAt(node, right) &&
    !isNamed(facts, node) &&
    naming.length > 0 &&
    naming.every(({ view }) => isDown(view.flags)) &&
    !sentinelViews.some(({ view }) => view.replicas.some(({ address }) => isAt(node, address))) &&
    !answered.some(({ answer: { follows } }) => follows !== null && isAt(node, follows))
  );
}
