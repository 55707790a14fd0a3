import { surveyPlan } from '../cluster/ask.js';
import { proveConvergence } from '../cluster/bring-up.js';
import type { LiveCluster } from '../cluster/open.js';
import { type Runtime, step } from '../cluster/runtime.js';
import { OperatorError } from '../errors.js';
import { conduct, type FaultRun, healRun } from '../faults/conduct.js';
import type { Experiment } from '../faults/experiment.js';
import type { LiveBlock } from '../faults/live-block.js';
import { formatAddress } from '../model/address.js';
import { differences } from '../model/sentinel-settings.js';
import { failoverBoundMs, INFO_PERIOD_MS } from '../model/sentinel-timing.js';
import type { Snapshot } from '../model/snapshot.js';
import { listed } from '../model/words.js';
import { secondMasterMs } from '../observe/invariants/dual-masters.js';
import { judgeInvariants } from '../observe/invariants/index.js';
import type { Observation } from '../observe/observation.js';
import { newMasterOf, phaseTimes, round } from '../observe/phases.js';
import { reasonsOf, sdownAt, spuriousIn } from '../observe/reasons.js';
import type { Rejoin, RejoinMode, Restored, Trial, WorkloadSettings } from '../observe/result.js';
import type { ClusterRoles } from '../observe/roles.js';
import { trialEvents } from '../observe/trial-events.js';
import type { FaultOutcome } from '../workload/load.js';
import { type Fault, type FaultSpec, injectFault, switchBudgetMs } from './fault.js';
import { followFailover } from './follow.js';
import { fullSyncsOf } from './full-syncs.js';
import { rejoin } from './rejoin.js';

export interface TrialSettings {
  fault: FaultSpec;
  /** How a killed master comes back; null leaves it down. */
  rejoin: RejoinMode | null;
  /** From the fault to the first +switch-master, in milliseconds; null: down-after + 2 s. */
  budgetMs: number | null;
  /** How long clients may be without an answer, in milliseconds; null or absent: no limit. */
  outageBudgetMs?: number | null;
  /** How long a failover is waited for, in milliseconds; null: down-after + 2 × failover-timeout + 15 s. */
  waitMs: number | null;
  /** Clients that write through it; null: none. */
  workload: WorkloadSettings | null;
  /** The same command has replaced the master before. */
  hasFailedOver?: boolean;
  /** Told before the fault which settings the sentinels do not agree on; null where they have the same. */
  onDifferences?: (words: string | null) => void;
}

/** One trial, and the cluster before it. */
export interface PlayedTrial {
  trial: Trial;
  before: Snapshot;
}

/**
 * One failover from the preflight to the verdict. Whatever happens after the injection, an abort included, the old
 * master is back before this settles. `block` shows it meanwhile. Throws
 * `not-healed` (4) where the old master could not be brought back safely.
 */
export async function playTrial(
  runtime: Runtime,
  live: LiveCluster,
  experiment: Experiment,
  settings: TrialSettings,
  block: LiveBlock,
): Promise<PlayedTrial> {
  const earlier = experiment.active();
  let fault: Fault | null = null;
  const salvage = async (run: FaultRun, restored: Restored): Promise<PlayedTrial | null> =>
    fault && { trial: await cutShort(run, fault, restored), before: run.before };
  return conduct(
    runtime,
    live,
    experiment,
    { workload: settings.workload, salvage, block, hasFailedOver: settings.hasFailedOver === true },
    async (run): Promise<PlayedTrial> => {
      const { roles } = run;
      runtime.onProgress({ type: 'note', level: 'info', text: startText(roles) });
      settings.onDifferences?.(differences(run.before, roles.masterName));
      fault = await injectFault(run, settings.fault);
      block.update({
        fault: {
          words: fault.words,
          atMs: fault.atMs,
          frozen: fault.thawsAtMs === null ? null : { node: roles.master.id, untilMs: fault.thawsAtMs },
        },
        limits: {
          downAfterMs: roles.settings.downAfterMs,
          budgetMs: switchBudgetMs(settings, roles.settings),
          outageBudgetMs: settings.outageBudgetMs ?? null,
        },
      });
      const waitMs = settings.waitMs ?? failoverBoundMs(roles.settings);
      const untested = await followFailover(run, fault, waitMs, block);
      const newMaster = newMasterOf(since(run, fault), roles);
      const fullSyncs = newMaster && (await fullSyncsOf(run, newMaster.id, fault.atMs));
      let back: Rejoin | null = null;
      if (newMaster === null) await healRun(run, earlier);
      else if (settings.rejoin !== null) {
        back = await rejoin(run, fault, newMaster, settings.rejoin);
        await step(runtime, 'settle', AGREES, (onMissing) => settle(live, onMissing));
      } else await experiment.settled(experiment.active().filter((one) => !earlier.includes(one)));
      run.healed = true;
      block.update({
        doing: run.load === null ? 'judging what was seen' : 'reading back every acknowledged write',
      });
      return { trial: await judge(run, fault, { back, fullSyncs, untested }), before: run.before };
    },
  );
}

interface Followed {
  back: Rejoin | null;
  fullSyncs: Awaited<ReturnType<typeof fullSyncsOf>> | null;
  /** Why nothing was tested; null where the failover was. */
  untested: string | null;
}

/** Reads back what the clients wrote, and judges everything that was observed. */
async function judge(run: FaultRun, fault: Fault, { back, fullSyncs, untested }: Followed): Promise<Trial> {
  const { live, roles, load } = run;
  const seen = since(run, fault);
  const fromMs = fault.atMs;
  const untilMs = run.runtime.clock.now();
  const returnedAtMs = back?.restartedMs == null ? untilMs : fromMs + back.restartedMs;
  // Dead or frozen until it came back.
  const still = [{ id: roles.master.id, fromMs, toMs: returnedAtMs }];
  const newMaster = newMasterOf(seen, roles);
  const result = load && (await load.settle(outcomeOf(fault, newMaster, back, untested !== null)));
  const invariants = [
    ...judgeInvariants({
      roles,
      newMaster,
      rejoin: back,
      snapshot: await surveyPlan(live.plan, live.asking),
      seen,
      fullSyncs,
      watch: { fromMs, untilMs, still, tookWrites: result?.tookWrites ?? null },
    }),
    ...(result?.invariants ?? []),
  ];
  return {
    ...observed(run, fault),
    ...(untested === null ? {} : { untested, reasons: [] }),
    rejoin: back === null || result === null ? back : { ...back, zombieWrites: result.zombieWrites },
    ...(result === null ? {} : { client: result.client, ledger: result.ledger }),
    // Without a failover, what asks for one could not be judged.
    invariants: untested === null ? invariants : invariants.filter((i) => i.verdict !== 'unknown'),
  };
}

function outcomeOf(
  fault: Fault,
  newMaster: FaultOutcome['newMaster'],
  back: Rejoin | null,
  recovered: boolean,
): FaultOutcome {
  const at = (ms: number | null | undefined): number | null => (ms == null ? null : fault.atMs + ms);
  return {
    fault: fault.name,
    faultAtMs: fault.atMs,
    newMaster,
    returnedAtMs: at(back?.restartedMs),
    convertedAtMs: at(back?.convertedMs),
    // It is never started before another one was promoted, unless it has its data.
    cameBackEmpty: false,
    servesAgain: newMaster !== null || recovered,
  };
}

/** An aborted trial: what was observed and timed until then; nothing is read back or judged. */
async function cutShort(run: FaultRun, fault: Fault, restored: Restored): Promise<Trial> {
  const client = await run.load?.summary(fault.atMs);
  const span = { fromMs: fault.atMs, untilMs: run.runtime.clock.now() };
  const secondMs = secondMasterMs({ roles: run.roles, seen: since(run, fault) }, span);
  return {
    ...observed(run, fault),
    cutShort: true,
    restored,
    ...(secondMs > 0 && { secondMasterMs: secondMs }),
    rejoin: null,
    ...(client === undefined ? {} : { client }),
    invariants: [],
  };
}

function observed(run: FaultRun, fault: Fault): Omit<Trial, 'rejoin' | 'invariants'> {
  const { roles, observer } = run;
  const seen = since(run, fault);
  const newMaster = newMasterOf(seen, roles);
  const phases = phaseTimes(seen, roles, fault.atMs);
  const config = { ...roles.settings, hangs: fault.thaw !== null };
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

/** From the fault on; what was observed before it does not count. */
const since = ({ observer }: FaultRun, fault: Fault): Observation[] =>
  observer.seen.filter((o) => o.atMs >= fault.atMs);

function startText({ masterName, master, replicas, sentinels }: ClusterRoles): string {
  return (
    `before: ${masterName} is ${master.id} ${formatAddress(master.announce)}, ` +
    `${listed(replicas.map(({ id }) => id))} linked, ${sentinels.length} sentinels agree`
  );
}

/**
 * How often all nodes are asked whether they agree, in milliseconds: seldom, since it takes up to an INFO of Sentinel,
 * one in 10 s, and each look opens a connection to every node.
 */
const SETTLED_EVERY_MS = 300;

/** A sentinel hears of a node's new role with its next INFO. */
const AGREES = `waiting until the whole cluster agrees, usually within ${INFO_PERIOD_MS / 1000} s`;

/** What is missing shows in the invariants, with its evidence. */
async function settle(live: LiveCluster, onMissing: (missing: readonly string[]) => void): Promise<void> {
  try {
    await proveConvergence(live, { everyMs: SETTLED_EVERY_MS, onMissing });
  } catch (error) {
    if (!(error instanceof OperatorError && error.code === 'not-converged')) throw error;
  }
}
