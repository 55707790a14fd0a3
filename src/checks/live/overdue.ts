import { formatDurationMs, humanDurationMs } from '../../model/duration.js';
import type { MasterFacts } from '../../model/facts.js';
import { cli } from '../../model/hints.js';
import { downAfterOfQuorum } from '../../model/sentinel-settings.js';
import { ELECTION_TIMEOUT_MS, usualFailoverMs } from '../../model/sentinel-timing.js';
import type { Countdown } from '../../model/status.js';
import { heardMs } from '../../model/verdict.js';
import type { RawFinding } from '../check.js';
import { canElect, electorateOf } from '../electorate.js';
import { eligibleAt } from '../promotable.js';
import { failoverUnderWay } from '../under-way.js';

/** `no failover 30.08 s after the usual time`. */
const lateWords = (lateMs: number): string => `no failover ${humanDurationMs(lateMs)} after the usual time`;

/** `failover expected within 3 s`, counted from the last answer of the master, or from the start of a sentinel that got none. */
export function expected(leftMs: number): Countdown {
  if (leftMs <= 0) return { words: lateWords(-leftMs), withinS: null };
  const withinS = Math.ceil(leftMs / 1000);
  return { words: `failover expected within ${withinS} s`, withinS };
}

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

/** How long until a usual failover is over, in milliseconds; negative where it should have been. */
export const leftMsOf = (facts: MasterFacts): number =>
  usualFailoverMs({ downAfterMs: downAfterOfQuorum(facts.sentinelViews.map(({ view }) => view)) }) -
  (heardMs(facts) ?? 0);

/** What begins a failover that will not come for minutes; null where one may come by itself, or none can. */
export function beginNow(facts: MasterFacts): string | null {
  if (!canElect(electorateOf(facts)) || failoverUnderWay(facts.sentinelViews) !== null) return null;
  const chooser = chooserIn(facts);
  return chooser !== undefined && isOverdue(facts, -leftMsOf(facts))
    ? cli(chooser.sentinel, `SENTINEL FAILOVER ${facts.name}`)
    : null;
}

interface Overdue {
  words: string;
  brief: string;
  countdown: Countdown;
  evidence: string;
  why: string;
}

/** What is said of a failover that does not come, and what begins it now. `voters`: `3 of 3 sentinels answer`. */
export function overdue(
  facts: MasterFacts,
  voters: string,
  lateMs: number,
): Pick<RawFinding, 'fix'> & Overdue {
  const next = `an attempt that failed is repeated only ${formatDurationMs(nextAttemptMs(facts))} later (2 x failover-timeout)`;
  const chooser = chooserIn(facts);
  const words = lateWords(lateMs);
  return {
    words: `${words}: ${next}`,
    brief: `${words}; a replica can be promoted now`,
    countdown: { words, withinS: null },
    evidence: `${voters}; ${next}`,
    why: 'the logs of the sentinels say how the last attempt ended (-failover-abort-…)',
    fix: chooser === undefined ? [] : [cli(chooser.sentinel, `SENTINEL FAILOVER ${facts.name}`)],
  };
}
