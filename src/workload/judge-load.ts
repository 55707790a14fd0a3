import { humanDurationMs } from '../model/duration.js';
import { result } from '../observe/invariants/trial-evidence.js';
import { causeCounts } from '../observe/loss-causes.js';
import type { ClientSummary, InvariantResult, LedgerSummary } from '../observe/result.js';

/** What must hold of what clients saw and got acknowledged. */
export function judgeLoad(
  client: ClientSummary,
  ledger: LedgerSummary,
  truth: { id: string },
  hasNewMaster: boolean,
): InvariantResult[] {
  return [clientsRecovered(client, hasNewMaster), lossesExplained(ledger, truth)];
}

/** A failover that clients do not survive is none, whatever the sentinels agree on. */
function clientsRecovered(
  { clients, lastRecoveredMs }: ClientSummary,
  hasNewMaster: boolean,
): InvariantResult {
  const id = 'clients-recovered';
  if (!hasNewMaster) return result(id, 'unknown', 'there is no new master to recover to');
  const out = clients.filter((c) => c.recoveredMs === null).map((c) => c.id);
  if (out.length > 0) return result(id, 'violated', `${out.join(', ')} never got an acknowledgement again`);
  const when =
    lastRecoveredMs === null ? '' : `, the last one ${humanDurationMs(lastRecoveredMs)} after the fault`;
  return result(id, 'holds', `all ${clients.length} clients write again${when}`);
}

/** Lost writes are a fact that is reported and explained; what was never written is a fault. */
function lossesExplained(ledger: LedgerSummary, truth: { id: string }): InvariantResult {
  const id = 'losses-explained';
  const read = ledger.missingAt.find((m) => m.id === truth.id);
  if (read === undefined || read.missing === null) {
    return result(id, 'unknown', `${truth.id} could not be read back`);
  }
  if (ledger.unexpected > 0) {
    return result(id, 'violated', `${ledger.unexpected} writes exist that were never attempted`);
  }
  const unexplained = ledger.causes.unknown ?? 0;
  const evidence =
    ledger.lost === 0
      ? `all ${ledger.acknowledged} acknowledged writes are present`
      : `${ledger.lost} of ${ledger.acknowledged} acknowledged writes are lost: ${causeCounts(ledger)}`;
  return result(id, unexplained > 0 ? 'violated' : 'holds', evidence);
}
