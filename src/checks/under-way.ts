import { formatDurationMs, humanDurationMs } from '../model/duration.js';
import type { MasterFacts, SentinelView } from '../model/facts.js';
import type { Hints } from '../model/hints.js';
import { HELLO_PERIOD_MS, HELLO_SPREAD_MS, NOTICED_MS } from '../model/sentinel-timing.js';
import type { NodeState, SentinelState } from '../model/snapshot.js';
import { count } from '../model/words.js';
import type { RawFinding } from './check.js';
import { ids, isDown, sentinelsOf } from './snapshot.js';

/**
 * The failover that is in progress at this moment, in words; null where there is none. Until it ends its leader names
 * the old master and the others the new one, at one epoch: what looks wrong then ends by itself, and a repair by hand
 * would break it.
 */
export function failoverUnderWay(sentinelViews: readonly SentinelView[]): string | null {
  const busy = sentinelViews.find(({ view }) => view.flags.includes('failover_in_progress'));
  if (busy !== undefined) {
    const { failoverState } = busy.view;
    return `a failover is in progress at ${busy.sentinel.id}${failoverState === null ? '' : ` (${failoverState})`}`;
  }
  const epochs = sentinelViews.map(({ view }) => view.configEpoch);
  const newest = Math.max(...epochs);
  // sentinel.c, sentinelResetMaster: a switch sets the time to 0.
  const fresh = sentinelViews.find(
    ({ view }) => view.configEpoch === newest && (view.roleReportedMs ?? HELLO_SPREAD_MS) < HELLO_SPREAD_MS,
  );
  return fresh !== undefined && epochs.some((epoch) => epoch < newest)
    ? `${fresh.sentinel.id} switched less than ${HELLO_SPREAD_MS / 1000} s ago, and the other sentinels follow within ${HELLO_PERIOD_MS / 1000} s`
    : null;
}

/**
 * Which sentinels call the master down, where a failover may still be about to begin, or has ended and not every
 * sentinel knows; null where none does. Sentinel tries again only after 2 x failover-timeout.
 */
export function heldDown(sentinelViews: readonly SentinelView[]): string | null {
  const holding = sentinelViews.filter(
    ({ view }) => isDown(view.flags) && (view.downMs ?? 0) < view.failoverTimeoutMs,
  );
  if (holding.length === 0) return null;
  return `${count(holding.length, 'sentinel')} ${holding.length === 1 ? 'calls' : 'call'} the master down (${ids(sentinelsOf(holding))}): a failover may be in progress`;
}

/** Of a master that a run of sentinelctl froze for less than down-after, that it runs again before a failover; else null. */
export function thawBefore(
  { expectation }: Pick<MasterFacts, 'expectation'>,
  { id }: { id: string },
  downAfterMs: number,
): string | null {
  const { acts = [], what = '', forMs } = expectation.underWay ?? {};
  if (forMs === undefined || forMs >= downAfterMs || !acts.includes(`pause of ${id}`)) return null;
  return `"${what}" resumes it after ${humanDurationMs(forMs)}, before down-after (${formatDurationMs(downAfterMs)}): no failover`;
}

/** What to type instead of a repair: it shows the change when it comes. */
export const lookAgain = ({ ctl }: Pick<Hints, 'ctl'>): string[] => [ctl('status --watch')];

/**
 * `it started 3 s ago`; null where that is longer ago than others take to notice it, or not known. `heardMsAgo`: when
 * another server last had a reply of it, also an error: after its start it was noticed, and something else is wrong.
 */
export function justStarted(
  { answer }: NodeState | SentinelState,
  heardMsAgo = Number.POSITIVE_INFINITY,
): string | null {
  const uptimeMs = (answer?.uptimeS ?? Number.POSITIVE_INFINITY) * 1000;
  return uptimeMs >= NOTICED_MS || heardMsAgo < uptimeMs ? null : `it started ${uptimeMs / 1000} s ago`;
}

/** What comes after a repair at the sentinels: until they have noticed it, the same is found again. */
export const thenWait = ({ ctl }: Pick<Hints, 'ctl'>): NonNullable<RawFinding['later']> => ({
  when: `then wait until the sentinels have noticed it (within ${NOTICED_MS / 1000} s)`,
  fix: ctl('wait'),
});
