import { humanDurationMs } from '../model/duration.js';
import type { MasterFacts, Witness } from '../model/facts.js';
import { INFO_PERIOD_MS, PING_PERIOD_MS, promotableWithin } from '../model/sentinel-timing.js';
import type { SeenReplica } from '../model/snapshot.js';
import { byNumber } from '../model/words.js';
import { isDown } from './snapshot.js';

/** A replica that a sentinel would not promote, and why. */
export interface Unfit {
  replica: SeenReplica;
  kind: 'down' | 'priority' | 'cut-off' | 'stale';
  why: string;
  /** Of `cut-off`: for how long it was without its master, and how long is allowed; milliseconds. */
  cut?: { forMs: number; allowedMs: number };
}

/** What `priority-zero` says of it too. */
export const NO_PRIORITY = 'has priority 0';

/** A sentinel that would promote none of the replicas that it knows. */
export interface Blocked {
  witness: Witness;
  reasons: Unfit[];
}

/** Why no sentinel would promote any replica, as the first of them has it; null where one would. */
export function blockedAt(facts: Pick<MasterFacts, 'witnesses' | 'answered' | 'refOf'>): Blocked | null {
  const { witnesses } = facts;
  const blocked = witnesses.flatMap((witness): Blocked[] => {
    const { replicas, replicaCount } = witness.view;
    const idOf = ({ address }: SeenReplica): string => facts.refOf(address).id;
    const reasons = replicas
      .toSorted((a, b) => byNumber(idOf(a), idOf(b)))
      .flatMap((replica) => unfit(witness, replica, ownPriority(facts, replica)) ?? []);
    // A hidden replica is counted and not listed, and may be promoted all the same.
    return reasons.length === Math.max(replicas.length, replicaCount ?? 0) ? [{ witness, reasons }] : [];
  });
  return blocked.length === witnesses.length ? (blocked[0] ?? null) : null;
}

/** The priority that a replica says itself; null where it did not answer. */
export const ownPriority = (
  { answered, refOf }: Pick<MasterFacts, 'answered' | 'refOf'>,
  { address }: SeenReplica,
): number | null => answered.find((n) => n.id === refOf(address).id)?.answer.priority ?? null;

/** Why a sentinel would not promote this replica; null where it would (sentinel.c, sentinelSelectSlave, in its order). */
function unfit({ sentinel, view }: Witness, replica: SeenReplica, own: number | null): Unfit | null {
  const tuned = (name: string, normal: number): number => Number(sentinel.answer.debug?.[name] ?? normal);
  const periods = {
    pingMs: tuned('PING-PERIOD', PING_PERIOD_MS),
    infoMs: tuned('INFO-PERIOD', INFO_PERIOD_MS),
  };
  const { downAfterMs, downMs } = view;
  const within = promotableWithin({ ...periods, downAfterMs, masterDownForMs: downMs ?? null });
  const freshMs = within.pingMs;
  // Once the master is down INFO is asked each second; until that has had an effect, the answers are as old as before.
  const isFollowed = isDown(view.flags) && (downMs ?? freshMs) >= freshMs;
  const masterDownForMs = isFollowed ? (downMs ?? freshMs) : null;
  const { infoMs } = promotableWithin({ ...periods, downAfterMs, masterDownForMs });
  const say = (kind: Unfit['kind'], why: string): Unfit => ({ replica, kind, why });
  if (replica.flags.includes('s_down')) return say('down', 'is down');
  if (replica.flags.includes('disconnected')) return say('down', 'is not connected');
  const [pongMs, refreshMs] = [replica.answeredMsAgo ?? 0, replica.infoMsAgo ?? 0];
  if (pongMs > freshMs) return say('stale', `answered no PING for ${pongMs} ms`);
  // What it says itself is newer: the sentinels read it within an INFO period.
  if (replica.priority === 0 || own === 0) return say('priority', NO_PRIORITY);
  if (refreshMs > infoMs) return say('stale', `gave no INFO for ${refreshMs} ms`);
  const [cutMs, allowed] = [replica.linkDownMs ?? 0, within.linkDownMs];
  return cutMs > allowed
    ? {
        ...say('cut-off', `was ${cutWords(cutMs, allowed)}`),
        cut: { forMs: cutMs, allowedMs: allowed },
      }
    : null;
}

/** `without its master for 67.00 s, 30.00 s are allowed`; of several replicas: `their`. */
export const cutWords = (forMs: number, allowedMs: number, replicas = 1): string =>
  `without ${replicas === 1 ? 'its' : 'their'} master for ${humanDurationMs(forMs)}, ${humanDurationMs(allowedMs)} are allowed`;
