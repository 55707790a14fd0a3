import { surveyPlan } from '../../cluster/ask.js';
import type { LiveCluster } from '../../cluster/open.js';
import type { Runtime } from '../../cluster/runtime.js';
import type { Load } from '../../failover/load.js';
import type { Experiment, Injected } from '../../faults/experiment.js';
import { convergence } from '../../model/convergence.js';
import { dualMasters } from '../../observe/invariants/index.js';
import type { Observer } from '../../observe/observer.js';
import type { ClusterRoles } from '../../observe/roles.js';
import type { Evidence } from '../format/evidence.js';
import type { Scenario } from '../format/scenario.js';
import type { Elections } from './elections.js';
import type { Keys } from './keys.js';

/** A scenario that is being played. */
export interface Play {
  runtime: Runtime;
  live: LiveCluster;
  scenario: Scenario;
  roles: ClusterRoles;
  observer: Observer;
  experiment: Experiment;
  elections: Elections;
  load: Load | null;
  keys: Keys | null;
  /** On the engine's clock. */
  startedAtMs: number;
  injectedAtMs: number;
  /** What each injection did, by the fault's name, in order. */
  injected: { name: string; acts: Injected[] }[];
  /** What was done to the master first, in the words that losses are explained by. */
  firstFault: string | null;
  /** Everything was taken back, and convergence proved. */
  healed: boolean;
}

/** What was seen until now, without asking anybody. */
export function sight(play: Play): Evidence {
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
export async function look(play: Play): Promise<Evidence> {
  const { plan, asking } = play.live;
  const snapshot = await surveyPlan(plan, asking);
  const missing = convergence(snapshot, { masterName: plan.spec.masterName, nodes: plan.nodes });
  return { ...sight(play), snapshot, missing };
}
