import { surveyPlan } from '../../cluster/ask.js';
import type { FaultRun } from '../../faults/conduct.js';
import type { Injected } from '../../faults/experiment.js';
import { convergence } from '../../model/convergence.js';
import { dualMasters } from '../../observe/invariants/dual-masters.js';
import type { Evidence } from '../format/evidence.js';
import type { Scenario } from '../format/scenario.js';
import type { Elections } from './elections.js';
import type { Keys } from './keys.js';

/** A scenario that is being played. */
export interface ScenarioRun extends FaultRun {
  scenario: Scenario;
  elections: Elections;
  keys: Keys | null;
  /** What each injection did, by the fault's name, in order. */
  injected: { name: string; acts: Injected[] }[];
  /** The fault that hit the master first, by which losses are explained. */
  firstFault: string | null;
  /** Hears, while a condition is waited for, how it stands. */
  onWaiting: (evidence: string) => void;
}

/** What was seen until now, without asking anybody. */
export function evidenceSoFar(play: ScenarioRun): Evidence {
  const { observer, startedAtMs, injectedAtMs, roles, runtime } = play;
  return {
    roles,
    seen: observer.seen,
    startedAtMs,
    injectedAtMs,
    nowMs: runtime.clock.now(),
    heard: observer.heard(),
    twoMastersMs: dualMasters(
      { roles, seen: observer.seen.filter((o) => o.atMs >= startedAtMs) },
      { fromMs: startedAtMs, untilMs: runtime.clock.now(), still: [] },
    ).reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0),
    snapshot: null,
    missing: null,
    ledger: null,
    client: null,
    keys: null,
  };
}

/** The same, and what everyone says when asked now. */
export async function look(play: ScenarioRun): Promise<Evidence> {
  const { plan, asking } = play.live;
  const snapshot = await surveyPlan(plan, asking);
  const missing = convergence(snapshot, { masterName: plan.spec.masterName, nodes: plan.nodes });
  return { ...evidenceSoFar(play), snapshot, missing };
}
