import type { MasterFacts } from '../model/facts.js';
import type { NodeState } from '../model/snapshot.js';
import { blockedAt, cutWords } from './promotable.js';
import { ids } from './snapshot.js';

/**
 * Why no failover will come although enough sentinels answer: every sentinel has the replicas that run as cut off
 * from their master for too long to be promoted. That does not pass while the master is down: both times grow together
 * (sentinel.c, sentinelSelectSlave). Null where it is not so.
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
  const refs = (of: typeof reasons) => of.map(({ replica }) => facts.refOf(replica.address));
  const words = [
    `${ids(refs(cut))} ${cut.length === 1 ? 'was' : 'were'} ${cutWords(forMs, allowedMs).replace('its', cut.length === 1 ? 'its' : 'their')}`,
    ...others.map((reason) => `${ids(refs([reason]))} ${reason.why}`),
  ].join('; ');
  return {
    words: `no replica may be promoted: ${words}`,
    why: 'every attempt ends with -failover-abort-no-good-slave, and the next one comes after 2 x failover-timeout',
  };
}

/** What helps then is the old master; what it has is what every replica copies. */
export function cutOffFix({ expectation, hints }: MasterFacts, lost: NodeState): string[] {
  const again = hints.revive(lost, lost.silence);
  if (!expectation.own) return [`# ${again}: the replicas copy the data that it has`];
  // A frozen one has its data in memory.
  if (lost.silence?.kind === 'timeout') return [again];
  return [
    '# it restarts as the master with the data on its disk (none without persistence), and the replicas copy that: newer writes are lost',
    // The guard of start expects a failover here.
    `${again} --as-crashed`,
  ];
}
