import { type Address, formatAddress, sameAddress } from '../model/address.js';
import { type AnsweredNode, isAt, type MasterFacts, type SentinelView } from '../model/facts.js';
import type { SeenReplica } from '../model/snapshot.js';
import { byNumber } from '../model/words.js';
import { grouped, isDown } from './snapshot.js';

/** An address under which sentinels still list a server that they reach under another one. */
export interface OldAddress {
  old: Address;
  now: Address;
  at: SentinelView[];
}

type Entry = Pick<SeenReplica, 'address' | 'flags' | 'runId'>;

/**
 * The old addresses of servers, each once: every sentinel that lists one calls it down, and has the same server, by its
 * run id, under another address as up. One that the master sends data to is not old.
 */
export function oldAddressesIn(facts: MasterFacts): OldAddress[] {
  const { answered, master, refOf, sentinelViews } = facts;
  const itself = answered.find((n) => master !== null && n.id === refOf(master).id);
  const seen = sentinelViews.flatMap((at) =>
    at.view.replicas.map((entry) => ({ old: entry.address, now: nowOf(entry, at, answered), at })),
  );
  return grouped(seen, ({ old }) => formatAddress(old))
    .flatMap((same): OldAddress[] => {
      const [first] = same;
      if (first === undefined || first.now === null || same.some(({ now }) => now === null)) return [];
      if (itself?.answer.attached.some(({ address }) => sameAddress(address, first.old))) return [];
      return [{ old: first.old, now: first.now, at: same.map(({ at }) => at) }];
    })
    .toSorted((a, b) => byNumber(formatAddress(a.old), formatAddress(b.old)));
}

/** Where the sentinel reaches the server that it calls down at this address; null where it does not. */
function nowOf(entry: Entry, { view }: SentinelView, answered: readonly AnsweredNode[]): Address | null {
  if (!isDown(entry.flags)) return null;
  const runIdOf = ({ address, runId }: Entry): string =>
    answered.find((n) => isAt(n, address))?.answer.runId || runId;
  const runId = runIdOf(entry);
  const now = [view, ...view.replicas].find(
    (other) =>
      !isDown(other.flags) &&
      !other.flags.includes('disconnected') &&
      !sameAddress(other.address, entry.address) &&
      runIdOf(other) === runId,
  );
  return runId === '' ? null : (now?.address ?? null);
}
