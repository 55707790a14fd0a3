import type { Address } from '../model/address.js';
import { formatDurationMs, humanDurationMs } from '../model/duration.js';
import type { ClusterPlan } from '../model/plan.js';
import type { Snapshot } from '../model/snapshot.js';
import type { Fault } from './fault.js';
import type { Cast, Observation } from './observation.js';
import { phaseTimes, round } from './phases.js';
import type { FailoverResult, InvariantResult, NodeRef, Rejoin, ThresholdResult, Verdict } from './result.js';

export interface Evidence {
  plan: ClusterPlan;
  cast: Cast;
  seen: readonly Observation[];
  fault: Fault;
  newMaster: { id: string; announce: Address } | null;
  rejoin: Rejoin | null;
  invariants: InvariantResult[];
  before: Snapshot;
  budgetMs: number;
  options: { command: string; rejoin: Rejoin['mode'] | null };
}

/** Everything that was measured and judged, in the shape that scripts rely on. Pure. */
export function resultOf(evidence: Evidence): FailoverResult {
  const { plan, cast, seen, fault, newMaster, budgetMs } = evidence;
  const { spec } = plan;
  const phases = phaseTimes(seen, cast, fault.atMs);
  const threshold: ThresholdResult = {
    expression: `switchedMs<=${budgetMs}`,
    value: phases.switchedMs,
    holds: phases.switchedMs === null || phases.switchedMs > budgetMs ? 'violated' : 'holds',
  };
  // What was not asked for is no missing evidence: with --no-restart there is nothing that could rejoin.
  const invariants = evidence.invariants.filter(
    (i) => evidence.options.rejoin !== null || i.id !== 'old-master-rejoined',
  );
  const answer = evidence.before.groups.flatMap((g) => g.nodes).find((n) => n.answer !== null)?.answer;
  const outcome = worst([threshold.holds, ...invariants.map((i) => i.verdict)]);
  return {
    outcome,
    reason: reasonOf(outcome, threshold, invariants, spec.downAfterMs),
    cluster: spec.cluster,
    masterName: spec.masterName,
    driver: plan.driver,
    fault: fault.name,
    faultAt: new Date(fault.wallMs).toISOString(),
    command: evidence.options.command,
    engine: { name: answer?.engine ?? 'unknown', version: answer?.version ?? 'unknown' },
    config: {
      downAfterMs: spec.downAfterMs,
      failoverTimeoutMs: spec.failoverTimeoutMs,
      quorum: spec.quorum,
      parallelSyncs: spec.parallelSyncs,
    },
    budgetMs,
    trials: [
      {
        oldMaster: refOf(cast.oldMaster),
        newMaster: newMaster === null ? null : refOf(newMaster),
        phases,
        overheadMs: phases.switchedMs === null ? null : round(phases.switchedMs - spec.downAfterMs),
        rejoin: evidence.rejoin,
      },
    ],
    thresholds: [threshold],
    invariants,
    events: seen.flatMap((o) => eventOf(o, fault.atMs)),
  };
}

const refOf = (node: { id: string; announce: Address }): NodeRef => ({ id: node.id, ...node.announce });

function worst(verdicts: Verdict[]): Verdict {
  if (verdicts.includes('violated')) return 'violated';
  return verdicts.includes('unknown') ? 'unknown' : 'holds';
}

function reasonOf(
  outcome: Verdict,
  threshold: ThresholdResult,
  invariants: InvariantResult[],
  downAfterMs: number,
): string {
  if (threshold.value === null) return 'no sentinel switched to another master';
  const switched = `the first sentinel switched ${humanDurationMs(threshold.value)} after the fault, ${humanDurationMs(threshold.value - downAfterMs)} beyond down-after ${formatDurationMs(downAfterMs)}`;
  if (threshold.holds === 'violated') return `${switched}: over the budget`;
  const culprit = invariants.find((i) => i.verdict === outcome);
  return outcome === 'holds' || culprit === undefined ? switched : `${culprit.id}: ${culprit.evidence}`;
}

function eventOf(o: Observation, faultAtMs: number): FailoverResult['events'] {
  const base = { atMs: round(o.atMs - faultAtMs), source: o.source };
  switch (o.kind) {
    case 'event':
      return [{ ...base, name: o.event.name, message: o.event.message }];
    case 'role': {
      const { role, follows, link } = o.seen;
      return [
        {
          ...base,
          name: 'role',
          message: follows === null ? role : `${role} of ${follows.host}:${follows.port} (${link})`,
        },
      ];
    }
    case 'belief':
      return [
        {
          ...base,
          name: 'belief',
          message: o.master === null ? 'none' : `${o.master.host}:${o.master.port}`,
        },
      ];
    case 'gone':
      return [{ ...base, name: 'gone', message: 'connection closed' }];
  }
}
