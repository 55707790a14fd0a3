import { RETURNED_MASTER_MS } from '../../model/sentinel-timing.js';
import type { InvariantResult } from '../result.js';
import { noFullResync } from './no-full-resync.js';
import { oldMasterRejoined } from './old-master-rejoined.js';
import { oneFailover } from './one-failover.js';
import { oneMaster } from './one-master.js';
import { quorumUsable } from './quorum-usable.js';
import { replicasAttached } from './replicas-attached.js';
import { sentinelsAgree } from './sentinels-agree.js';
import { splitBrainInterval } from './split-brain-interval.js';
import { everyoneIn, type TrialEvidence } from './trial-evidence.js';

export { type DualMasters, dualMasters } from './dual-masters.js';
export { type Hold, noFailover } from './no-failover.js';
export { noFullResync } from './no-full-resync.js';
export { noWriteLost } from './no-write-lost.js';
export { oldMasterRejoined } from './old-master-rejoined.js';
export { oneFailover } from './one-failover.js';
export { oneMaster } from './one-master.js';
export { promotionBound } from './promotion-bound.js';
export { quorumUsable } from './quorum-usable.js';
export { replicasAttached } from './replicas-attached.js';
export { rightReplica } from './right-replica.js';
export { sentinelsAgree } from './sentinels-agree.js';
export { splitBrainInterval } from './split-brain-interval.js';
export type { Everyone, FullSyncs, Still, TookWrites, TrialEvidence, Watch } from './trial-evidence.js';
export { everyoneIn } from './trial-evidence.js';

/** What must hold after a failover; each from what was seen, `unknown` where the evidence is missing. Pure. */
export function judgeInvariants(after: TrialEvidence): InvariantResult[] {
  const { roles, snapshot, newMaster, rejoin, watch, fullSyncs } = after;
  const everyone = everyoneIn(snapshot, roles.masterName);
  const returnMs = rejoin?.mode === 'guarded' ? 0 : RETURNED_MASTER_MS;
  return [
    oneMaster(everyone),
    sentinelsAgree(everyone),
    replicasAttached(after, everyone),
    oldMasterRejoined(after, everyone),
    quorumUsable(after, everyone),
    oneFailover(after),
    ...(fullSyncs === undefined ? [] : [noFullResync(newMaster, fullSyncs)]),
    ...(watch === undefined ? [] : [splitBrainInterval(after, watch, returnMs)]),
  ];
}
