import type { InvariantResult, LedgerSummary } from '../result.js';
import { result } from './trial-evidence.js';

const ID = 'no-write-lost';

/**
 * Every acknowledged write is there at the node `truth`, and nothing that nobody attempted: for where no loss at all
 * can be excused, as in a planned switch-over.
 */
export function noWriteLost(ledger: LedgerSummary, truth: string): InvariantResult {
  const read = ledger.missingAt.find((m) => m.id === truth);
  if (read === undefined || read.missing === null)
    return result(ID, 'unknown', `${truth} could not be read back`);
  if (ledger.acknowledged === 0) return result(ID, 'unknown', 'no write was acknowledged');
  if (ledger.lost > 0 || ledger.unexpected > 0) {
    const unexpected = ledger.unexpected > 0 ? `; ${ledger.unexpected} exist that were never attempted` : '';
    return result(
      ID,
      'violated',
      `${ledger.lost} of ${ledger.acknowledged} acknowledged writes are gone${unexpected}`,
    );
  }
  return result(ID, 'holds', `all ${ledger.acknowledged} acknowledged writes are there`);
}
