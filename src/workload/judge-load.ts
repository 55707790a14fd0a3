import { humanDurationMs } from '../model/duration.js';
import type { ClientSummary, InvariantResult, LedgerSummary } from '../observe/result.js';

/** What must hold of what clients saw and got acknowledged. */
export function judgeLoad(
  client: ClientSummary,
  ledger: LedgerSummary,
  truth: { id: string },
  hasNewMaster: boolean,
): InvariantResult[] {
  return [clientsRecovered(client, hasNewMaster), ledgerConsistent(ledger, truth)];
}

/** A failover that clients do not survive is none, whatever the sentinels agree on. */
function clientsRecovered(
  { clients, lastRecoveredMs }: ClientSummary,
  hasNewMaster: boolean,
): InvariantResult {
  const id = 'clients-recovered';
  if (!hasNewMaster) return { id, verdict: 'unknown', evidence: 'there is no new master to recover to' };
  const out = clients.filter((c) => c.recoveredMs === null).map((c) => c.id);
  if (out.length > 0) {
    return { id, verdict: 'violated', evidence: `${out.join(', ')} never got an acknowledgement again` };
  }
  const when =
    lastRecoveredMs === null ? '' : `, the last one ${humanDurationMs(lastRecoveredMs)} after the fault`;
  return { id, verdict: 'holds', evidence: `all ${clients.length} clients write again${when}` };
}

/** Lost writes are a fact that is reported and explained; what was never written is a fault. */
function ledgerConsistent(ledger: LedgerSummary, truth: { id: string }): InvariantResult {
  const id = 'ledger-consistent';
  const read = ledger.missingAt.find((m) => m.id === truth.id);
  if (read === undefined || read.missing === null) {
    return { id, verdict: 'unknown', evidence: `${truth.id} could not be read back` };
  }
  if (ledger.unexpected > 0) {
    return {
      id,
      verdict: 'violated',
      evidence: `${ledger.unexpected} writes exist that were never attempted`,
    };
  }
  const causes = Object.entries(ledger.causes).map(([cause, n]) => `${n} ${cause}`);
  const unexplained = ledger.causes.unknown ?? 0;
  const evidence =
    ledger.lost === 0
      ? `all ${ledger.acknowledged} acknowledged writes are present`
      : `${ledger.lost} of ${ledger.acknowledged} acknowledged writes are lost: ${causes.join(', ')}`;
  return { id, verdict: unexplained > 0 ? 'violated' : 'holds', evidence };
}
