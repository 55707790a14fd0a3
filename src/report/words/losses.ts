import { humanDurationMs } from '../../model/duration.js';
import { listed } from '../../model/words.js';
import { causeName, causesOf } from '../../observe/loss-causes.js';
import { metricNamed } from '../../observe/metrics.js';
import type { ClientSummary, FailoverResult, LedgerSummary, LossCause, Trial } from '../../observe/result.js';
import { LOSS_CAUSES } from '../../observe/result.js';
import { together } from '../plain-text.js';
import { grouped } from './metrics.js';

/** Why acknowledged writes were lost. */
export const LOSS_WORDS: Readonly<Record<LossCause, string>> = {
  unreplicated: 'acknowledged before the fault, but not replicated',
  zombie: 'acknowledged by the old master after its return, before it became a replica',
  minority: 'acknowledged on the minority side while another master was promoted',
  'empty-restart': 'deleted: the master restarted empty and the replicas copied the empty data',
  'planned-switchover': 'acknowledged by the old master in a switchover without a pause',
  unknown: 'no cause was found',
};

export type LedgerTotals = Omit<LedgerSummary, 'missingAt' | 'lostRuns'>;

const COUNTS = [
  'attempted',
  'acknowledged',
  'indeterminate',
  'failed',
  'lost',
  'recovered',
  'unexpected',
] as const;

/** The ledgers of all trials added up; null when there is none. */
export function ledgerTotals(result: Pick<FailoverResult, 'trials'>): LedgerTotals | null {
  const ledgers = result.trials.flatMap((t) => t.ledger ?? []);
  if (ledgers.length === 0) return null;
  const sum = (of: (ledger: LedgerSummary) => number): number => ledgers.reduce((n, l) => n + of(l), 0);
  const counts = Object.fromEntries(COUNTS.map((key) => [key, sum((l) => l[key])]));
  const read = ledgers.some((l) => l.staleReads !== null);
  const causes = Object.fromEntries(
    LOSS_CAUSES.map((cause) => [cause, sum((l) => l.causes[cause] ?? 0)] as const).filter(([, n]) => n > 0),
  );
  return {
    ...(counts as Record<(typeof COUNTS)[number], number>),
    staleReads: read ? sum((l) => l.staleReads ?? 0) : null,
    causes,
  };
}

/** Lost of acknowledged writes over all trials; null where no trial's writes were counted, or one could not be read back. */
export function lostOf({
  trials,
}: Pick<FailoverResult, 'trials'>): { lost: number; acknowledged: number } | null {
  const counted = trials.filter((t) => t.ledger !== undefined);
  const lost = counted.map((t) => metricNamed('ledger.lost')?.of(t) ?? null);
  if (counted.length === 0 || lost.includes(null)) return null;
  return {
    lost: lost.reduce<number>((sum, n) => sum + (n ?? 0), 0),
    acknowledged: counted.reduce((sum, t) => sum + (t.ledger?.acknowledged ?? 0), 0),
  };
}

/** `0 of 28,503 writes lost`; nothing where no client wrote. */
export function lostWords(result: FailoverResult): string[] {
  const counted = lostOf(result);
  if (counted !== null) return [`${grouped(counted.lost)} of ${grouped(counted.acknowledged)} writes lost`];
  return result.trials.some((t) => t.ledger !== undefined) ? ['lost writes could not be counted'] : [];
}

/** Why most of them were lost, in a sentence for the headline. */
const BECAUSE: Readonly<Record<LossCause, (trials: readonly Trial[]) => string>> = {
  unreplicated: () => 'the master failed before they were replicated',
  zombie: (trials) => {
    const ms = Math.max(0, ...trials.map(({ rejoin }) => rejoin?.zombieMs ?? 0));
    return `clients wrote to the old master ${ms > 0 ? `for ${together(humanDurationMs(ms))} ` : ''}after its return`;
  },
  minority: () => 'clients wrote to the old master after another one was promoted',
  'empty-restart': () => 'the master restarted empty, and the replicas copied that',
  'planned-switchover': () => 'clients wrote to the old master during the switchover',
  unknown: () => 'no cause was found',
};

/**
 * `13,233 of 19,967 acknowledged writes lost: clients wrote to the old master for 9.10 s after its return`, with the cause
 * of most of them; null where none was lost, or that is not known.
 */
export function lossWords(result: FailoverResult): string | null {
  const counted = lostOf(result);
  const totals = ledgerTotals(result);
  if (counted === null || totals === null || counted.lost === 0) return null;
  const words = `${grouped(counted.lost)} of ${grouped(counted.acknowledged)} acknowledged writes lost`;
  const [most] = causesOf(totals);
  if (most === undefined) return words;
  const because = BECAUSE[most.cause](result.trials);
  return most.lost >= counted.lost
    ? `${words}: ${because}`
    : `${words} (${grouped(most.lost)} of them: ${because})`;
}

/** `isReadBack`: the node that counts answered. `61,168 acknowledged, 40 lost (38 second master: …; 2 unreplicated: …), 11 unanswered, 4 of them arrived`. */
export function ledgerWords(ledger: LedgerTotals, isReadBack: boolean): string {
  const causes = causesOf(ledger).map(
    ({ cause, lost }) => `${grouped(lost)} ${causeName(cause)}: ${LOSS_WORDS[cause]}`,
  );
  const lost = !isReadBack
    ? 'lost writes could not be counted'
    : ledger.lost === 0
      ? 'none lost'
      : `${grouped(ledger.lost)} lost${causes.length > 0 ? ` (${causes.join('; ')})` : ''}`;
  return [
    `${grouped(ledger.acknowledged)} writes acknowledged, ${lost}`,
    ...(ledger.indeterminate > 0
      ? [`${grouped(ledger.indeterminate)} unanswered${isReadBack ? `, ${arrivedWords(ledger)}` : ''}`]
      : []),
    ...(ledger.unexpected > 0 ? [`${grouped(ledger.unexpected)} present, but never attempted`] : []),
    ...((ledger.staleReads ?? 0) > 0 ? [`${grouped(ledger.staleReads ?? 0)} stale reads`] : []),
  ].join(', ');
}

/** What became of the writes without an answer: `all 16 arrived`, `4 of them arrived`. */
const arrivedWords = ({ indeterminate, recovered }: LedgerTotals): string =>
  recovered === 0
    ? 'none of them arrived'
    : recovered === indeterminate
      ? `all ${grouped(recovered)} arrived`
      : `${grouped(recovered)} of them arrived`;

/** `8 closed, 61 connection refused and 3 timeout`; `none`. */
export function errorWords(errors: ClientSummary['errors']): string {
  const kinds = Object.entries(errors).filter(([, n]) => n > 0);
  if (kinds.length === 0) return 'none';
  return listed(kinds.sort(([, a], [, b]) => b - a).map(([kind, n]) => `${grouped(n)} ${kind}`));
}
