import { formatDurationMs, humanDurationMs } from '../../model/duration.js';
import type { MasterFacts } from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import { ELECTION_TIMEOUT_MS } from '../../model/sentinel-timing.js';
import type { RawFinding } from '../check.js';
import { eligibleAt } from '../promotable.js';

/** `no failover 30.08 s after the usual time`. */
const lateWords = (lateMs: number): string => `no failover ${humanDurationMs(lateMs)} after the usual time`;

/** `failover expected within 3 s`, counted from the last answer of the master, or from the start of a sentinel that got none. */
export const expected = (leftMs: number): string =>
  leftMs > 0 ? `failover expected within ${Math.ceil(leftMs / 1000)} s` : lateWords(-leftMs);

/** The longest wait for the next attempt, in milliseconds (sentinel.c, sentinelStartFailoverIfNeeded). */
const nextAttemptMs = ({ sentinelViews }: MasterFacts): number =>
  2 * Math.max(...sentinelViews.map(({ view }) => view.failoverTimeoutMs));

/**
 * Whether an attempt has failed by now, and the next is not near: an election has had its time as well. The next is not
 * made at once when a replica is back.
 */
export const isOverdue = (facts: MasterFacts, lateMs: number): boolean =>
  lateMs > ELECTION_TIMEOUT_MS &&
  nextAttemptMs(facts) > ELECTION_TIMEOUT_MS &&
  chooserIn(facts) !== undefined;

/** A sentinel that would promote a replica at this moment. */
const chooserIn = (facts: MasterFacts): MasterFacts['sentinelViews'][number] | undefined =>
  facts.sentinelViews.find((seen) =>
    seen.view.replicas.some((replica) => eligibleAt(facts, seen, replica).is === 'yes'),
  );

/** What is said of a failover that does not come, and what begins it now. `able`: `3 of 3 sentinels`. */
export function overdue(
  facts: MasterFacts,
  able: string,
  lateMs: number,
): Pick<RawFinding, 'fix'> & { words: string; brief: string; evidence: string; why: string } {
  const next = `an attempt that failed is repeated only ${formatDurationMs(nextAttemptMs(facts))} later (2 x failover-timeout)`;
  const chooser = chooserIn(facts);
  const words = lateWords(lateMs);
  return {
    words: `${words}: ${next}`,
    brief: `${words}; a replica can be promoted now`,
    evidence: `${able} answer, and ${next}`,
    why: 'the logs of the sentinels say how the last attempt ended (-failover-abort-…)',
    fix: chooser === undefined ? [] : [cli(chooser.sentinel, `SENTINEL FAILOVER ${facts.name}`)],
  };
}
