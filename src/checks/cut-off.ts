import type { MasterFacts } from '../model/facts.js';
import { cli } from '../model/hints.js';
import { cutWords } from '../model/promotable.js';
import { downAfterForCutOffMs } from '../model/sentinel-timing.js';
import type { NodeState } from '../model/snapshot.js';
import { blockedAt } from './promotable.js';
import { ids } from './snapshot.js';

/**
 * Why no failover will come although enough sentinels answer: every sentinel has the replicas that run as cut off
 * from their master for too long to be promoted. That does not pass while the master is down: both times grow together
 * (sentinel.c, sentinelSelectSlave). Null for every other reason.
 */
export function cutOff(facts: MasterFacts): { words: string; why: string } | null {
  const reasons = blockedAt(facts)?.reasons ?? [];
  const cuts = reasons.flatMap(({ cut }) => (cut === undefined ? [] : [cut]));
  // News that is only old may come at any moment.
  if (cuts.length === 0 || reasons.some(({ kind }) => kind === 'stale')) return null;
  const forMs = Math.min(...cuts.map((cut) => cut.forMs));
  const allowedMs = Math.max(...cuts.map((cut) => cut.allowedMs));
  const cut = reasons.filter((reason) => reason.cut !== undefined);
  const others = reasons.filter((reason) => reason.cut === undefined);
  const refs = (of: typeof reasons) =>
    of.map(({ replica }) => facts.refOf(replica.address)).toSorted((a, b) => a.id.localeCompare(b.id));
  const words = [
    `${ids(refs(cut))} ${cut.length === 1 ? 'was' : 'were'} ${cutWords(forMs, allowedMs, cut.length)}`,
    ...others.map((reason) => `${ids(refs([reason]))} ${reason.why}`),
  ].join('; ');
  return {
    words: `no replica may be promoted: ${words}`,
    why: 'every attempt ends with -failover-abort-no-good-slave, and the next one comes after 2 x failover-timeout',
  };
}

/**
 * How one of the replicas is promoted after all, with what it has: a longer down-after at every sentinel allows for the
 * time that it was cut off (10 x down-after). The old master would come back with what is on its disk, or with nothing,
 * and every replica would copy that.
 */
export function cutOffFix(facts: MasterFacts, lost: NodeState): string[] {
  const { hints, name, sentinelViews } = facts;
  // A frozen one has its data in memory.
  if (facts.expectation.own && lost.silence?.kind === 'timeout') return [hints.revive(lost, lost.silence)];
  const [first] = sentinelViews;
  if (first === undefined) return [hints.ctl('status')];
  const forMs = Math.max(
    0,
    ...(blockedAt(facts)?.reasons ?? []).flatMap(({ cut }) => (cut === undefined ? [] : [cut.forMs])),
  );
  const set = (ms: number): string => `SENTINEL SET ${name} down-after-milliseconds ${ms}`;
  return [
    ...sentinelViews.map(({ sentinel }) => cli(sentinel, set(downAfterForCutOffMs(forMs)))),
    cli(first.sentinel, `SENTINEL FAILOVER ${name}`),
    `# a replica is promoted then, with the data that it has (INPROG: type that one again); after that, at each sentinel: ${set(first.view.downAfterMs)}`,
  ];
}
