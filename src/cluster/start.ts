import type { ConfEdit } from '../drivers/driver.js';
import { OperatorError } from '../errors.js';
import { formatAddress } from '../model/address.js';
import { majorityMaster } from '../model/agreement.js';
import { persistsIn, withReplicaOf } from '../model/conf.js';
import type { NodePlan } from '../model/plan.js';
import { until } from '../until.js';
import { surveyPlan } from './ask.js';
import { type BringUp, startAndGreet } from './bring-up.js';
import type { Engine } from './engine.js';
import { guardStart, type StartDecision } from './guard.js';

/** Asks the sentinels right now how a data node must be started. Throws OperatorError where it must not be. */
export async function decideStart(up: BringUp, node: NodePlan): Promise<StartDecision> {
  const { plan, driver, asking } = up;
  const snapshot = await surveyPlan(plan, asking);
  const conf = await driver.readConf(node.id);
  return guardStart({
    node,
    cluster: plan.spec.cluster,
    masterName: plan.spec.masterName,
    master: majorityMaster(snapshot, plan.spec.masterName),
    sentinelsReachable: snapshot.sentinels.filter((s) => s.answer !== null).length,
    hasData: conf !== undefined && persistsIn(conf),
  });
}

/** Starts a node safely: a sentinel as it was, a data node as a replica of the master of this moment. */
export async function startGuarded(
  engine: Pick<Engine, 'onProgress'>,
  up: BringUp,
  node: NodePlan,
): Promise<void> {
  if (node.kind === 'sentinel') return startAndGreet(up, node);
  const decision = await decideStart(up, node);
  engine.onProgress({ type: 'note', level: 'info', text: `${node.id} starts ${describe(decision)}` });
  return startAndGreet(up, node, editFor(decision));
}

/** How long an election and a promotion may take beyond down-after, in milliseconds. */
const FAILOVER_BEYOND_DOWN_AFTER_MS = 15_000;

/**
 * Starts a node as soon as that is safe: a master that keeps nothing on disk is not started before another one was
 * promoted. Throws the guard's last refusal when down-after and 15 s have passed.
 */
export async function startWhenSafe(
  engine: Pick<Engine, 'onProgress'>,
  up: BringUp,
  node: NodePlan,
): Promise<void> {
  if (node.kind === 'sentinel') return startAndGreet(up, node);
  let lastRefusal: unknown;
  const safe = await until(
    () =>
      decideStart(up, node).catch((error: unknown) => {
        if (!(error instanceof OperatorError)) throw error;
        lastRefusal = error;
        return undefined;
      }),
    {
      clock: up.asking.clock,
      everyMs: 100,
      deadlineMs: up.plan.spec.downAfterMs + FAILOVER_BEYOND_DOWN_AFTER_MS,
      signal: up.asking.signal,
    },
  );
  if (safe === undefined) throw lastRefusal;
  return startGuarded(engine, up, node);
}

/** Starts a data node as it was when it died: for 10 s it may be a second master. */
export function startAsCrashed(up: BringUp, node: NodePlan): Promise<void> {
  return startAndGreet(up, node);
}

function editFor(decision: StartDecision): ConfEdit | undefined {
  return decision.how === 'follow' ? (conf) => withReplicaOf(conf, decision.master) : undefined;
}

function describe(decision: StartDecision): string {
  return decision.how === 'follow'
    ? `as a replica of ${formatAddress(decision.master)}, the master now`
    : `as it was: ${decision.why}`;
}
