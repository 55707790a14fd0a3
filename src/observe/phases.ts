import { type Address, sameAddress } from '../model/address.js';
import { formatDurationMs } from '../model/duration.js';
import {
  CONFIRMED_BOUND_MS,
  ELECTED_BOUND_MS,
  firstDownAfterMs,
  odownBoundMs,
  PROMOTED_BOUND_MS,
  reattachedBoundMs,
  SELECTED_BOUND_MS,
  SWITCHED_BOUND_MS,
  sdownBoundMs,
  VOTE_BOUND_MS,
} from '../model/sentinel-timing.js';
import type { Observation } from './observation.js';
import { PHASES, type PhaseId, type PhaseTimes } from './result.js';
import type { Roles } from './roles.js';

export interface PhaseConfig {
  downAfterMs: number;
  /** Of the first sentinel, where the sentinels have different ones. */
  earliestDownAfterMs?: number;
  failoverTimeoutMs: number;
  /** The master hangs instead of being gone: its last answered PING counts. */
  hangs?: boolean;
}

/** One phase: what ends it, what it waits for, and how long that may take by Sentinel's own timing. */
export interface PhaseRow {
  id: PhaseId;
  label: string;
  opens: string;
  closes: string;
  /** From the previous phase's end to this one's, in milliseconds. */
  bound(config: PhaseConfig): { ms: number; why: string };
  /** When it ended, on the run's clock; null while it has not. */
  closedAt(seen: readonly Observation[], roles: Roles): number | null;
}

/** The failover as a table: a row per phase, in the order in which they usually end. */
export const PHASE_TABLE: readonly PhaseRow[] = [
  {
    id: 'sdownMs',
    label: 'one sentinel marks it down',
    opens: 'the fault',
    closes: 'first +sdown master',
    bound: ({ hangs = false, ...settings }) => ({
      ms: sdownBoundMs(settings, hangs),
      why: hangs
        ? 'down-after since the last answered PING, up to one ping period, and up to two ticks'
        : 'down-after, and up to two ticks',
    }),
    closedAt: firstEvent('+sdown', 'of the old master'),
  },
  {
    id: 'odownMs',
    label: 'a quorum marks it down',
    opens: '+sdown',
    closes: 'first +odown',
    bound: (config) => {
      const laterMs = config.downAfterMs - firstDownAfterMs(config);
      const until =
        laterMs === 0 ? '' : `a quorum, whose down-after is ${formatDurationMs(laterMs)} longer; `;
      return { ms: odownBoundMs(config), why: `${until}asking the other sentinels, a tick at a time` };
    },
    closedAt: firstEvent('+odown', 'of the old master'),
  },
  {
    id: 'votesMs',
    label: 'the first sentinel votes',
    opens: '+odown',
    closes: '+vote-for-leader',
    bound: () => ({ ms: VOTE_BOUND_MS, why: 'the next tick, and a random start of up to 1 s' }),
    closedAt: (seen) =>
      seen.find((o) => o.kind === 'event' && o.event.name === '+vote-for-leader')?.atMs ?? null,
  },
  {
    id: 'electedMs',
    label: 'a leader is elected',
    opens: '+vote-for-leader',
    closes: '+elected-leader',
    bound: () => ({
      ms: ELECTED_BOUND_MS,
      why: 'the answers of the others, a tick at a time; another round of up to 1 s when votes split',
    }),
    closedAt: firstEvent('+elected-leader', 'of the old master'),
  },
  {
    id: 'selectedMs',
    label: 'a replica is chosen',
    opens: '+elected-leader',
    closes: '+selected-slave',
    bound: () => ({ ms: SELECTED_BOUND_MS, why: 'the next tick' }),
    closedAt: firstEvent('+selected-slave', 'any'),
  },
  {
    id: 'writableMs',
    label: 'the new master accepts writes',
    opens: '+selected-slave',
    closes: 'its ROLE says master',
    bound: () => ({ ms: PROMOTED_BOUND_MS, why: 'three to four ticks of the leader’s state machine' }),
    closedAt: (seen, roles) => newMasterOf(seen, roles)?.writableAt ?? null,
  },
  {
    id: 'promotedMs',
    label: 'the leader confirms it',
    opens: 'ROLE says master',
    closes: '+promoted-slave',
    bound: () => ({
      ms: CONFIRMED_BOUND_MS,
      why: 'waiting for the next INFO, one a second',
    }),
    closedAt: firstEvent('+promoted-slave', 'any'),
  },
  {
    id: 'switchedMs',
    label: 'first sentinel switches',
    opens: '+promoted-slave',
    closes: 'first +switch-master',
    bound: () => ({ ms: SWITCHED_BOUND_MS, why: 'the leader’s hello to the others' }),
    closedAt: (seen, roles) => switches(seen, roles)[0]?.atMs ?? null,
  },
  {
    id: 'agreedMs',
    label: 'every sentinel names it',
    opens: '+switch-master',
    closes: 'the last sentinel gives the new address',
    bound: () => ({ ms: SWITCHED_BOUND_MS, why: 'the leader’s hello to the others' }),
    closedAt: agreedAt,
  },
  {
    id: 'reattachedMs',
    label: 'the other replicas follow it',
    opens: '+switch-master',
    closes: 'their ROLE says connected to it',
    bound: ({ failoverTimeoutMs }) => ({
      ms: reattachedBoundMs({ failoverTimeoutMs }),
      why: 'one after the other (parallel-syncs), a partial resync each',
    }),
    closedAt: reattachedAt,
  },
];

const PLACE = new Map(PHASE_TABLE.map((row, i) => [row.id, i]));
const placeOf = (id: PhaseId): number => PLACE.get(id) ?? 0;

/** Up to the switch each phase is there because the one before was. */
export const isInChain = (id: PhaseId): boolean => placeOf(id) <= placeOf('switchedMs');

/** What a phase took; times in milliseconds from the fault. */
export interface Step {
  fromMs: number;
  toMs: number;
  /** The milestone that it counts from; null: the fault. */
  since: PhaseRow | null;
  /** The longest that it may take, by Sentinel's own timing. */
  boundMs: number;
}

/**
 * A phase from the latest milestone before it to its own end, with its bound; null where its end was not seen.
 *
 * Messages of several servers arrive in any order. A phase that is seen after one that follows from it had ended by
 * then: its step is empty. The other one's step contains both, and so does its bound.
 */
export function stepOf(id: PhaseId, phases: PhaseTimes, config: PhaseConfig): Step | null {
  const toMs = phases[id];
  if (toMs === null) return null;
  const own = placeOf(id);
  const seen = PHASE_TABLE.flatMap((row, place) => {
    const ms = phases[row.id];
    const isBefore = ms !== null && place !== own && (ms < toMs || (ms === toMs && place < own));
    return isBefore ? [{ row, place, ms }] : [];
  });
  const latest = seen.reduce<(typeof seen)[number] | null>(
    (last, one) => (last === null || one.ms >= last.ms ? one : last),
    null,
  );
  const isProven = isInChain(id) && seen.some(({ row, place }) => place > own && isInChain(row.id));
  const skipped = PHASE_TABLE.slice((latest?.place ?? -1) + 1, own).filter(
    (row) => isInChain(row.id) && !seen.some((one) => one.row === row),
  );
  return {
    fromMs: isProven ? toMs : (latest?.ms ?? 0),
    toMs,
    since: latest?.row ?? null,
    boundMs: [...skipped, ...PHASE_TABLE.slice(own, own + 1)].reduce(
      (sum, row) => sum + row.bound(config).ms,
      0,
    ),
  };
}

/** Every phase's end in milliseconds from the fault; null where it was not seen. */
export function phaseTimes(seen: readonly Observation[], roles: Roles, faultAtMs: number): PhaseTimes {
  const since = seen.filter((o) => o.atMs >= faultAtMs);
  const times = {} as PhaseTimes;
  for (const id of PHASES) {
    const row = PHASE_TABLE.find((r) => r.id === id);
    const at = row?.closedAt(since, roles) ?? null;
    times[id] = at === null ? null : round(at - faultAtMs);
  }
  return times;
}

/** To a tenth of a millisecond: finer than that is the noise of this process. */
export function round(ms: number): number {
  return Math.round(ms * 10) / 10;
}

/** The first node other than the old master whose ROLE became master, and when. */
export function newMasterOf(
  seen: readonly Observation[],
  roles: Roles,
): { id: string; announce: Address; writableAt: number } | null {
  for (const o of seen) {
    if (o.kind !== 'role' || o.seen.role !== 'master' || o.source === roles.master.id) continue;
    const node = roles.nodes.find((n) => n.id === o.source);
    if (node !== undefined) return { ...node, writableAt: o.atMs };
  }
  return null;
}

/** Every +switch-master of the group away from some master, in the order in which they were seen. */
export function switches(
  seen: readonly Observation[],
  roles: Roles,
): { atMs: number; source: string; to: Address }[] {
  return seen.flatMap((o) =>
    o.kind === 'event' && o.event.switched !== null && o.event.masterName === roles.masterName
      ? [{ atMs: o.atMs, source: o.source, to: o.event.switched.to }]
      : [],
  );
}

function firstEvent(name: string, whose: 'of the old master' | 'any'): PhaseRow['closedAt'] {
  return (seen, roles) =>
    seen.find(
      (o) =>
        o.kind === 'event' &&
        o.event.name === name &&
        o.event.masterName === roles.masterName &&
        (whose === 'any' ||
          (o.event.instanceType === 'master' && sameAddress(o.event.address, roles.master.announce))),
    )?.atMs ?? null;
}

function agreedAt(seen: readonly Observation[], roles: Roles): number | null {
  const master = newMasterOf(seen, roles);
  if (master === null || roles.sentinels.length === 0) return null;
  const at = roles.sentinels.map(({ id }) =>
    startOfLasting(seen, id, (o) => o.kind === 'belief' && sameAddress(o.master, master.announce)),
  );
  return latest(at);
}

function reattachedAt(seen: readonly Observation[], roles: Roles): number | null {
  const master = newMasterOf(seen, roles);
  if (master === null) return null;
  const others = roles.nodes.filter((n) => n.id !== roles.master.id && n.id !== master.id);
  if (others.length === 0) return null;
  const at = others.map(({ id }) =>
    startOfLasting(
      seen,
      id,
      (o) =>
        o.kind === 'role' &&
        o.seen.role === 'replica' &&
        o.seen.link === 'connected' &&
        sameAddress(o.seen.follows, master.announce),
    ),
  );
  return latest(at);
}

/** When a source's last recorded role or belief became what is wanted; null when its last one is something else. */
function startOfLasting(
  seen: readonly Observation[],
  source: string,
  wanted: (o: Observation) => boolean,
): number | null {
  const last = seen.findLast((o) => o.source === source && (o.kind === 'role' || o.kind === 'belief'));
  return last !== undefined && wanted(last) ? last.atMs : null;
}

function latest(times: (number | null)[]): number | null {
  let max = Number.NEGATIVE_INFINITY;
  for (const t of times) {
    if (t === null) return null;
    max = Math.max(max, t);
  }
  return max;
}
