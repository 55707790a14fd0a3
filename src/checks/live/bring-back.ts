import type { MasterFacts } from '../../model/facts.js';
import { isLocked, type NodeState, type SentinelState } from '../../model/snapshot.js';
import { awaitedNames, waitingFor } from '../name-lookups.js';
import { cutOffPeers, openTo } from '../still-speaks.js';
import { saysInstead } from './says-instead.js';

/**
 * What to type where no failover will come by itself: `up` starts the sentinels first, waits for their failover and
 * starts the rest behind it. It resumes no frozen process: where one is frozen, the first sentinel that is needed.
 */
export function bringBack(facts: MasterFacts, otherwise: NodeState | null): string[] {
  const { expectation, hints, silent, snapshot, sentinelViews } = facts;
  const sentinels = snapshot.sentinels.filter((s) => s.silence !== null && !isLocked(s.silence));
  const isFrozen = [...silent, ...sentinels].some((s) => s.silence?.kind === 'timeout');
  if (expectation.own && !isFrozen && silent.length + sentinels.length > 0) return [hints.ctl('up')];
  // One that runs needs a route, not a restart.
  const peersOf = (s: SentinelState) => (expectation.own ? null : cutOffPeers(sentinelViews, s));
  const stopped = sentinels.find((s) => peersOf(s) === null);
  const [cut] = sentinels;
  if (stopped === undefined && cut !== undefined) return [openTo(cut, peersOf(cut) ?? [])];
  const first = stopped ?? otherwise;
  // One that says why it does not answer runs, and must not be started again.
  const cause = first === null ? null : saysInstead(first, first === otherwise ? 'node' : 'sentinel');
  if (cause !== null) return cause.fix;
  const names =
    first !== null && first === stopped ? awaitedNames({ ...facts, masters: [facts] }, stopped) : [];
  if (stopped !== undefined && names.length > 0) return waitingFor(facts, stopped, names);
  if (first !== null) return [hints.revive(first, first.silence)];
  const sentinel = sentinelViews[0]?.sentinel;
  return [
    sentinel === undefined ? hints.ctl('status') : hints.logs(sentinel, `SENTINEL CKQUORUM ${facts.name}`),
  ];
}
