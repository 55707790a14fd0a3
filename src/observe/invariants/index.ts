import { RETURNED_MASTER_MS } from '../../model/sentinel-timing.js';
import type { InvariantResult } from '../result.js';
import { fullResyncsExplained } from './full-resyncs-explained.js';
import { oldMasterRejoined } from './old-master-rejoined.js';
import { oneFailover } from './one-failover.js';
import { oneMaster } from './one-master.js';
import { quorumUsable } from './quorum-usable.js';
import { replicasAttached } from './replicas-attached.js';
import { sentinelsAgree } from './sentinels-agree.js';
import { everyoneIn, type TrialEvidence } from './trial-evidence.js';
import { twoMastersExplained } from './two-masters-explained.js';

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
    ...(fullSyncs === undefined ? [] : [fullResyncsExplained(newMaster, fullSyncs)]),
    ...(watch === undefined ? [] : [twoMastersExplained(after, watch, returnMs)]),
  ];
}
