import { surveyPlan } from '../cluster/ask.js';
import { proveConvergence } from '../cluster/bring-up.js';
import type { LiveCluster } from '../cluster/open.js';
import { type Runtime, step } from '../cluster/runtime.js';
import { EXIT, OperatorError } from '../errors.js';
import type { Experiment } from '../faults/experiment.js';
import { preflight } from '../faults/preflight.js';
import { formatAddress } from '../model/address.js';
import { dataNodes, sentinelNodes } from '../model/plan.js';
import { failoverWaitMs } from '../model/sentinel-timing.js';
import type { Snapshot } from '../model/snapshot.js';
import { listed } from '../model/words.js';
import { type FullSyncs, judgeInvariants } from '../observe/invariants/index.js';
import type { Observation } from '../observe/observation.js';
import { type Observer, observe } from '../observe/observer.js';
import { newMasterOf, phaseTimes, round } from '../observe/phases.js';
import { reasonsOf, sdownAt, spuriousIn } from '../observe/reasons.js';
import type { Rejoin, RejoinMode, Trial, WorkloadSettings } from '../observe/result.js';
import type { ClusterRoles } from '../observe/roles.js';
import { trialEvents } from '../observe/trial-events.js';
import type { TrialContext } from './context.js';
import { endingOf } from './ending.js';
import { actOf, type Fault, type FaultSpec, injectFault } from './fault.js';
import { followFailover } from './follow.js';
import { fullSyncsOf } from './full-syncs.js';
import type { Load } from './load.js';
import { rejoin } from './rejoin.js';
import { restore } from './restore.js';

export interface TrialSettings {
  fault: FaultSpec;
  /** How a killed master comes back; null leaves it down. */
  rejoin: RejoinMode | null;
  /** How long a failover is waited for, in milliseconds; null: down-after + failover-timeout + 10 s. */
  waitMs: number | null;
  /** Clients that write through it; null: none. */
  workload: WorkloadSettings | null;
}

/**
 * One failover, the whole context: look, load, hurt, follow, bring back, settle, read back, judge. Whatever happens
 * from the first touch on, an abort included, the old master is put back before this settles; what is done to it is
 * journalled before, for `recover`.
 */
export async function playTrial(
  runtime: Runtime,
  live: LiveCluster,
  experiment: Experiment,
  settings: TrialSettings,
): Promise<{ trial: Trial; before: Snapshot }> {
  const { plan, asking } = live;
  const { snapshot: before, roles } = await step(
    runtime,
    'preflight',
    'checking that the cluster is steady',
    () => preflight(runtime, live),
  );
  runtime.onProgress({ type: 'note', level: 'info', text: startText(roles) });
  const { clock } = runtime;
  const nodes = { data: dataNodes(plan), sentinels: sentinelNodes(plan) };
  const observer = await observe(nodes, { clock, masterName: roles.masterName, access: asking.access });
  const config = { ...roles.settings, hangs: settings.fault.name === 'freeze' };
  const context: TrialContext = { runtime, live, roles, observer, config };
  let load: Load | null = null;
  const hurt: { fault: Fault | null } = { fault: null };
  try {
    load = settings.workload && (await begin(context, settings.workload));
    const planned = await experiment.plan([actOf(settings.fault, roles.master.id)]);
    const { fault, back, fullSyncs } = await orPutBack(
      context,
      () => experiment.settled(planned),
      async () => {
        const fault = await injectFault(context, settings.fault);
        hurt.fault = fault;
        await followFailover(context, fault.atMs, settings.waitMs ?? failoverWaitMs(config));
        const newMaster = newMasterOf(since(observer, fault), roles);
        if (newMaster === null) await restore(context, 'no failover came');
        const fullSyncs = newMaster && (await fullSyncsOf(context, before, newMaster.id, fault.atMs));
        const mode = newMaster === null ? null : settings.rejoin;
        const back = newMaster && mode && (await rejoin(context, fault, newMaster, mode));
        return { fault, back, fullSyncs };
      },
    );
    if (back !== null) await step(runtime, 'settle', 'everyone agrees again', () => settle(live));
    return { trial: await judge(context, fault, back, fullSyncs, load), before };
  } catch (error) {
    const isOver = runtime.signal?.aborted === true && !isNotRestored(error);
    if (!isOver || hurt.fault === null) throw error;
    return { trial: await cutShort(context, hurt.fault, load), before };
  } finally {
    await load?.end();
    await observer.close();
  }
}

/** The workload and its histograms are loaded only by a run that has one. */
async function begin(context: TrialContext, workload: WorkloadSettings): Promise<Load> {
  const { startLoad } = await import('./load.js');
  return startLoad(context, workload);
}

/** Everything that was seen, timed, read back and judged. */
async function judge(
  context: TrialContext,
  fault: Fault,
  back: Rejoin | null,
  fullSyncs: FullSyncs | null,
  load: Load | null,
): Promise<Trial> {
  const { live, roles, observer } = context;
  const seen = since(observer, fault);
  const fromMs = fault.atMs;
  const untilMs = context.runtime.clock.now();
  const returnedAtMs = back?.restartedMs == null ? untilMs : fromMs + back.restartedMs;
  // Dead or frozen until it came back.
  const still = [{ id: roles.master.id, fromMs, toMs: returnedAtMs }];
  const newMaster = newMasterOf(seen, roles);
  const promises = load && (await load.settle(endingOf(fault, newMaster, back)));
  const snapshot = await surveyPlan(live.plan, live.asking);
  return {
    ...whatWasSeen(context, fault),
    rejoin: back === null || promises === null ? back : { ...back, zombieWrites: promises.zombieWrites },
    ...(promises === null ? {} : { client: promises.client, ledger: promises.ledger }),
    invariants: [
      ...judgeInvariants({
        roles,
        newMaster,
        rejoin: back,
        snapshot,
        seen,
        fullSyncs,
        watch: { fromMs, untilMs, still, tookWrites: promises?.tookWrites ?? null },
      }),
      ...(promises?.invariants ?? []),
    ],
  };
}

/** What there is of a trial that was interrupted: seen and timed, not read back, and not judged. */
async function cutShort(context: TrialContext, fault: Fault, load: Load | null): Promise<Trial> {
  const client = await load?.summary(fault.atMs);
  return {
    ...whatWasSeen(context, fault),
    cutShort: true,
    rejoin: null,
    ...(client === undefined ? {} : { client }),
    invariants: [],
  };
}

function whatWasSeen(
  { roles, observer, config }: TrialContext,
  fault: Fault,
): Omit<Trial, 'rejoin' | 'invariants'> {
  const seen = since(observer, fault);
  const newMaster = newMasterOf(seen, roles);
  const phases = phaseTimes(seen, roles, fault.atMs);
  return {
    faultAt: new Date(fault.wallMs).toISOString(),
    oldMaster: { id: roles.master.id, ...roles.master.announce },
    newMaster: newMaster === null ? null : { id: newMaster.id, ...newMaster.announce },
    phases,
    sdownAt: sdownAt(seen, roles, fault.atMs),
    reasons: reasonsOf(seen, roles, fault.atMs, phases, config),
    overheadMs: phases.switchedMs === null ? null : round(phases.switchedMs - config.downAfterMs),
    spurious: spuriousIn(observer.seen, roles, fault.atMs),
    events: trialEvents(observer.seen, fault.atMs),
  };
}

function startText({ masterName, master, replicas, sentinels }: ClusterRoles): string {
  return (
    `before: ${masterName} is ${master.id} ${formatAddress(master.announce)}, ` +
    `${listed(replicas.map(({ id }) => id))} linked, ${sentinels.length} sentinels agree`
  );
}

/** From the fault on; what was seen before it belongs to another context. */
const since = (observer: Observer, fault: Fault): Observation[] =>
  observer.seen.filter((o) => o.atMs >= fault.atMs);

const isNotRestored = (error: unknown): boolean =>
  error instanceof OperatorError && error.exitCode === EXIT.notRestored;

/** From the first touch on: whatever goes wrong, an abort included, the old master is put back before it goes on. */
async function orPutBack<T>(
  context: TrialContext,
  settled: () => Promise<void>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    const done = await work();
    await settled();
    return done;
  } catch (error) {
    if (isNotRestored(error)) throw error;
    await restore(context, 'the test was cut short');
    await settled();
    throw error;
  }
}

/** What could not be proved shows in the invariants, with its evidence. */
async function settle(live: LiveCluster): Promise<void> {
  try {
    await proveConvergence(live);
  } catch (error) {
    if (!(error instanceof OperatorError && error.code === 'not-converged')) throw error;
  }
}
