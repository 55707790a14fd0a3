import type { MasterFacts, SentinelView } from '../model/facts.js';
import { type Eligibility, type Excluded, eligibility, excludedWords } from '../model/promotable.js';
import type { SeenReplica } from '../model/snapshot.js';
import { byNumber } from '../model/words.js';

/** A replica that a sentinel would not promote, and why. */
export interface Unfit {
  replica: SeenReplica;
  kind: 'down' | 'priority' | 'cut-off' | 'stale';
  why: string;
  /** Of `cut-off`: for how long it was without its master, and how long is allowed; milliseconds. */
  cut?: { forMs: number; allowedMs: number };
}

/** A sentinel that would promote none of the replicas that it knows. */
export interface Blocked {
  sentinelView: SentinelView;
  reasons: Unfit[];
}

/** Why no sentinel would promote any replica, as the first of them has it; null where one would. */
export function blockedAt(facts: Pick<MasterFacts, 'sentinelViews' | 'answered' | 'refOf'>): Blocked | null {
  const { sentinelViews } = facts;
  const blocked = sentinelViews.flatMap((sentinelView): Blocked[] => {
    const { replicas, replicaCount } = sentinelView.view;
    const idOf = ({ address }: SeenReplica): string => facts.refOf(address).id;
    const reasons = replicas
      .toSorted((a, b) => byNumber(idOf(a), idOf(b)))
      .flatMap((replica) => {
        const verdict = eligibleAt(facts, sentinelView, replica);
        return verdict.is === 'no' ? [unfit(replica, verdict)] : [];
      });
    // A hidden replica is counted and not listed, and may be promoted all the same.
    return reasons.length === Math.max(replicas.length, replicaCount ?? 0) ? [{ sentinelView, reasons }] : [];
  });
  return blocked.length === sentinelViews.length ? (blocked[0] ?? null) : null;
}

/** The priority that a replica says itself; null where it did not answer. */
export const ownPriority = (
  { answered, refOf }: Pick<MasterFacts, 'answered' | 'refOf'>,
  { address }: SeenReplica,
): number | null => answered.find((n) => n.id === refOf(address).id)?.answer.priority ?? null;

/** Whether a sentinel would promote this replica at its next choice. */
export function eligibleAt(
  facts: Pick<MasterFacts, 'answered' | 'refOf'>,
  { sentinel, view }: SentinelView,
  replica: SeenReplica,
): Eligibility {
  const tuned = (name: string): number | undefined => {
    const ms = sentinel.answer.debug?.[name];
    return ms === undefined ? undefined : Number(ms);
  };
  const master = { ...view, pingPeriodMs: tuned('PING-PERIOD'), infoPeriodMs: tuned('INFO-PERIOD') };
  // What it says itself is newer: the sentinels read it within an INFO period.
  const priority = ownPriority(facts, replica) === 0 ? 0 : replica.priority;
  return eligibility({ ...replica, priority }, master, 'next');
}

const KINDS = {
  down: 'down',
  disconnected: 'down',
  ping: 'stale',
  info: 'stale',
  priority: 'priority',
  link: 'cut-off',
} as const satisfies Record<Excluded['by'], Unfit['kind']>;

const unfit = (replica: SeenReplica, excluded: Excluded): Unfit => ({
  replica,
  kind: KINDS[excluded.by],
  why: excludedWords(excluded),
  ...(excluded.by === 'link' && { cut: { forMs: excluded.forMs, allowedMs: excluded.allowedMs } }),
});
