import { sameAddress } from '../../model/address.js';
import type { MasterView } from '../../model/snapshot.js';
import type { InvariantResult } from '../result.js';
import { type Everyone, result, type TrialEvidence } from './trial-evidence.js';

const ID = 'quorum-usable';

/**
 * CKQUORUM is OK at every sentinel, and each of them has a working connection to every peer that answers: CKQUORUM
 * itself counts a sentinel that was never connected to as usable.
 */
export function quorumUsable(
  { roles, rejoin }: Pick<TrialEvidence, 'roles' | 'rejoin'>,
  { nodes, sentinels, views }: Everyone,
): InvariantResult {
  if (views.length === 0) return result(ID, 'unknown', 'no sentinel answers');
  const refusing = views.filter(({ view }) => !view.ckquorum.ok);
  if (refusing.length > 0) {
    const words = refusing.map(({ id, view }) => `${id}: ${view.ckquorum.message}`);
    return result(ID, 'violated', words.join('; '));
  }
  const expected = nodes.filter((n) => rejoin !== null || n.id !== roles.master.id);
  const lacks = views.flatMap(({ id, view }) => {
    const others = [...expected, ...sentinels.filter((s) => s.id !== id)];
    return others
      .filter((other) => other.answer !== null && !isConnected(view, other.announce))
      .map((other) => `${id} has no connection to ${other.id}`);
  });
  if (lacks.length > 0) return result(ID, 'violated', lacks.join('; '));
  return result(
    ID,
    views.length === sentinels.length ? 'holds' : 'unknown',
    `CKQUORUM OK at ${views.length} of ${sentinels.length}`,
  );
}

function isConnected(view: MasterView, address: { host: string; port: number }): boolean {
  const seen = [{ address: view.address, flags: view.flags }, ...view.replicas, ...view.sentinels];
  return seen.some(
    (s) =>
      sameAddress(s.address, address) && !s.flags.includes('disconnected') && !s.flags.includes('s_down'),
  );
}
