import { listed } from '../model/words.js';
import { type LedgerSummary, LOSS_CAUSES, type LossCause } from './result.js';

/** A cause as a person reads it; in JSON the first one is `zombie`. */
const CAUSE_NAMES: Partial<Record<LossCause, string>> = { zombie: 'second master' };
export const causeName = (cause: LossCause): string => CAUSE_NAMES[cause] ?? cause;

/** The causes of lost writes, the most writes first. */
export function causesOf({ causes }: Pick<LedgerSummary, 'causes'>): { cause: LossCause; lost: number }[] {
  return LOSS_CAUSES.flatMap((cause) => {
    const lost = causes[cause] ?? 0;
    return lost > 0 ? [{ cause, lost }] : [];
  }).sort((a, b) => b.lost - a.lost);
}

/** `38 second master and 2 unreplicated`; empty where none was lost. */
export const causeCounts = (ledger: Pick<LedgerSummary, 'causes'>): string =>
  listed(causesOf(ledger).map(({ cause, lost }) => `${lost} ${causeName(cause)}`));
