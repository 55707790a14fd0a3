import { BELOW_DOUBLE_FAILOVER } from '../model/double-failover.js';
import { humanDurationMs } from '../model/duration.js';
import type { Observation } from './observation.js';
import { PHASE_TABLE, type PhaseConfig, round, type Step, stepOf } from './phases.js';
import type { PhaseId, PhaseReason, PhaseTimes } from './result.js';
import type { Roles } from './roles.js';

/** When each sentinel called the old master down by itself, milliseconds from the fault. */
export function sdownAt(
  seen: readonly Observation[],
  roles: Roles,
  faultAtMs: number,
): Record<string, number> {
  const at: Record<string, number> = {};
  for (const o of seen) {
    if (o.kind !== 'event' || o.event.name !== '+sdown' || o.event.instanceType !== 'master') continue;
    if (o.event.masterName === roles.masterName) at[o.source] ??= round(o.atMs - faultAtMs);
  }
  return at;
}

/**
 * Each phase's step beside what Sentinel's own timing predicts for it, and, where it took longer or never ended, what
 * the events say about why.
 */
export function reasonsOf(
  seen: readonly Observation[],
  roles: Roles,
  faultAtMs: number,
  phases: PhaseTimes,
  config: PhaseConfig & { quorum: number },
): PhaseReason[] {
  return PHASE_TABLE.map((row): PhaseReason => {
    const { ms, why: waitsFor } = row.bound(config);
    const step = stepOf(row.id, phases, config);
    const stepMs = step === null ? null : round(step.toMs - step.fromMs);
    const predictedMs = step?.boundMs ?? ms;
    const isLate = stepMs === null || stepMs > predictedMs;
    const why = isLate ? whyLate(row.id, step, seen, roles, faultAtMs, config.quorum) : null;
    return { phase: row.id, stepMs, predictedMs, waitsFor, why };
  });
}

/** What aborts a failover, in Sentinel's words and in ours (sentinel.c, sentinelFailoverStateMachine). */
const ABORTS: Record<string, string> = {
  '-failover-abort-no-good-slave':
    'no replica was eligible: each one was disconnected from the master for longer than 10 × down-after, did not answer, or has priority 0',
  '-failover-abort-not-elected': 'no sentinel got enough votes',
  '-failover-abort-slave-timeout': 'the chosen replica did not become a master within failover-timeout',
};

function whyLate(
  phase: PhaseId,
  step: Step | null,
  seen: readonly Observation[],
  roles: Roles,
  faultAtMs: number,
  quorum: number,
): string {
  const names = seen.flatMap((o) => (o.kind === 'event' ? [o.event.name] : []));
  const abort = names.find((name) => name in ABORTS);
  if (abort !== undefined) return `${abort}: ${ABORTS[abort]}`;
  if (names.includes('+tilt')) return '+tilt: a sentinel’s clock jumped, so it stopped acting';
  const downs = Object.entries(sdownAt(seen, roles, faultAtMs)).toSorted((a, b) => a[1] - b[1]);
  if (phase === 'sdownMs' && step !== null) {
    return 'down-after counts from the last answered PING: a hung master is noticed up to one ping period later';
  }
  if (phase === 'odownMs') {
    const [first, second] = [downs[0], downs[quorum - 1]];
    if (second === undefined)
      return `only ${downs.length} of the ${quorum} sentinels of the quorum marked it down`;
    if (first !== undefined)
      return `${second[0]} saw it ${humanDurationMs(second[1] - first[1])} after ${first[0]}: the quorum is ${quorum}`;
  }
  const elections = names.filter((name) => name === '+try-failover').length;
  if (elections > 1) return `${elections} elections were needed: the votes split`;
  if (step === null) return 'it did not come before the wait ended';
  const since = step.since === null ? 'the fault' : `“${step.since.label}”`;
  return `no event explains it: the machine may have been busy (${humanDurationMs(step.toMs - step.fromMs)} since ${since})`;
}

/** Failovers that the fault does not explain, in words; empty where there was none. */
export function spuriousIn(seen: readonly Observation[], roles: Roles, faultAtMs: number): string[] {
  const found: string[] = [];
  const told = new Set<string>();
  const targets: string[] = [];
  for (const o of seen) {
    if (o.kind !== 'event' || o.event.switched === null || o.event.masterName !== roles.masterName) continue;
    const to = `${o.event.switched.to.host}:${o.event.switched.to.port}`;
    const key = `${o.atMs < faultAtMs ? 'before' : 'after'} ${to}`;
    if (told.has(key)) continue;
    told.add(key);
    if (o.atMs < faultAtMs) found.push(`+switch-master to ${to} before the injection`);
    else targets.push(to);
  }
  if (targets.length > 1) {
    found.push(
      `double failover: +switch-master to ${targets.join(', then ')} (with a down-after ${BELOW_DOUBLE_FAILOVER})`,
    );
  }
  const strange = seen.find(
    (o) =>
      o.kind === 'event' &&
      o.event.name === '+sdown' &&
      o.event.instanceType === 'master' &&
      o.event.masterName === roles.masterName &&
      o.event.address !== null &&
      (o.event.address.host !== roles.master.announce.host ||
        o.event.address.port !== roles.master.announce.port),
  );
  if (strange?.kind === 'event')
    found.push(`${strange.source} marked the new master as down: ${strange.event.message}`);
  return found;
}
