import { sameAddress } from '../../model/address.js';
import type { InvariantResult } from '../result.js';
import { type Everyone, result, type TrialEvidence } from './trial-evidence.js';

const ID = 'replicas-attached';

/** Every other node follows the new master, its link up. The old one counts only where it was to come back. */
export function replicasAttached(
  { roles, newMaster, rejoin }: Pick<TrialEvidence, 'roles' | 'newMaster' | 'rejoin'>,
  { nodes }: Pick<Everyone, 'nodes'>,
): InvariantResult {
  if (newMaster === null) return result(ID, 'unknown', 'there is no new master to follow');
  const expected = nodes.filter(
    (n) => n.id !== newMaster.id && (rejoin !== null || n.id !== roles.master.id),
  );
  const astray = expected.filter(
    (n) =>
      n.answer?.role !== 'replica' ||
      n.answer.linkStatus !== 'up' ||
      !sameAddress(n.answer.follows, newMaster.announce),
  );
  if (astray.length === 0) {
    return result(ID, 'holds', `${expected.length} of ${expected.length} follow ${newMaster.id}, link up`);
  }
  const silent = astray.every((n) => n.answer === null);
  const nameOf = (follows: { host: string; port: number } | null): string =>
    nodes.find((n) => sameAddress(n.announce, follows))?.id ?? 'an unknown node';
  const words = astray.map((n) => {
    if (n.answer === null) return `${n.id} does not answer`;
    if (n.answer.role !== 'replica') return `${n.id} says ${n.answer.role}`;
    return `${n.id} follows ${nameOf(n.answer.follows)}, link ${n.answer.linkStatus ?? 'none'}`;
  });
  return result(ID, silent ? 'unknown' : 'violated', words.join('; '));
}
