import { surveyPlan } from '../cluster/ask.js';
import { type LiveCluster, withCluster } from '../cluster/open.js';
import type { Runtime } from '../cluster/runtime.js';
import type { ClusterState } from '../cluster/store/state.js';
import { OperatorError } from '../errors.js';
import { type ClusterRoles, rolesIn } from '../observe/roles.js';
import { handlerOf } from './acts/index.js';
import type { Fault } from './catalogue/fault.js';
import { catalogue } from './catalogue/index.js';
import { actsFor } from './requested.js';
import { inWords, requireWayBack } from './way-back.js';

/** Whether a fault can be injected into a cluster as it is now, with its usual target. */
export interface PossibleFault {
  name: string;
  can: boolean;
  /** Exactly what would be done, and how it would be rolled back; empty where it cannot. */
  acts: { does: string; undo: string }[];
  /** Why not; null where it can. */
  why: string | null;
  /** What can be injected instead; null where it can, and where nothing is like it. */
  instead: string | null;
}

/** A freeze that goes over the protocol, for clusters whose processes are not reached. */
const OVER_THE_PROTOCOL = 'pause-all';
const LIKE_A_FREEZE = ['freeze', 'freeze-short'];

/** Which faults can be injected into this cluster, by which way, and why the others cannot. Changes nothing. */
export function possibleFaults(runtime: Runtime, known: ClusterState): Promise<PossibleFault[]> {
  return withCluster(runtime, known, {}, async (live) => {
    const roles = rolesIn(live.plan, await surveyPlan(live.plan, live.asking));
    const all: PossibleFault[] = [];
    // One after the other: each looks at the same servers.
    for (const fault of catalogue) all.push(await possible(runtime, live, roles, fault));
    const isPauseable = all.some(({ name, can }) => name === OVER_THE_PROTOCOL && can);
    return all.map((one) =>
      isPauseable && !one.can && LIKE_A_FREEZE.includes(one.name)
        ? { ...one, instead: `${OVER_THE_PROTOCOL}: CLIENT PAUSE over the protocol, which ends by itself` }
        : one,
    );
  });
}

async function possible(
  runtime: Runtime,
  live: LiveCluster,
  roles: ClusterRoles,
  fault: Fault,
): Promise<PossibleFault> {
  const { name } = fault;
  try {
    const { acts, isGuarded } = actsFor(fault, roles, { targets: [], forMs: null, force: true });
    for (const act of acts) await handlerOf(act).prepare({ runtime, live }, act);
    await requireWayBack(live, acts);
    return { name, can: true, acts: inWords(live, acts, isGuarded), why: null, instead: null };
  } catch (error) {
    if (!(error instanceof OperatorError)) throw error;
    const why = [error.message, error.why].filter(Boolean).join(': ').replaceAll('\n', '; ');
    return { name, can: false, acts: [], why, instead: null };
  }
}
