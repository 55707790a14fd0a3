import { sameAddress } from '../../model/address.js';
import type { InvariantResult } from '../result.js';
import { type Everyone, result, type TrialEvidence } from './trial-evidence.js';

const ID = 'old-master-rejoined';

/** The old master became a replica of the new one, linked and caught up, and still is one in the end. */
export function oldMasterRejoined(
  { roles, newMaster, rejoin }: Pick<TrialEvidence, 'roles' | 'newMaster' | 'rejoin'>,
  { nodes }: Pick<Everyone, 'nodes'>,
): InvariantResult {
  const old = roles.master.id;
  if (rejoin === null) return result(ID, 'unknown', `${old} was not started again`);
  if (newMaster === null) return result(ID, 'unknown', 'there is no new master to rejoin');
  if (rejoin.restartedMs === null) return result(ID, 'violated', `${old} did not come back`);
  if (rejoin.convertedMs === null)
    return result(ID, 'violated', `${old} never became a replica of ${newMaster.id}`);
  if (rejoin.linkUpMs === null) return result(ID, 'violated', `${old} never linked to ${newMaster.id}`);
  if (rejoin.caughtUpMs === null)
    return result(ID, 'violated', `${old} never caught up with ${newMaster.id}`);
  const said = nodes.find((n) => n.id === old)?.answer ?? null;
  if (said === null) return result(ID, 'unknown', `${old} rejoined but no longer answers`);
  if (said.role !== 'replica') return result(ID, 'violated', `${old} rejoined but now says ${said.role}`);
  if (!sameAddress(said.follows, newMaster.announce))
    return result(ID, 'violated', `${old} rejoined but no longer follows ${newMaster.id}`);
  if (said.linkStatus !== 'up') return result(ID, 'violated', `${old} rejoined but lost its link again`);
  return result(ID, 'holds', `${old} follows ${newMaster.id}, link up, offset caught up`);
}
