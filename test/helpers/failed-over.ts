import { env } from 'node:process';
import { systemClock } from '../../src/clock.js';
import { surveyPlan, withNode } from '../../src/cluster/ask.js';
import { proveConvergence } from '../../src/cluster/bring-up.js';
import { type LiveCluster, openCluster } from '../../src/cluster/open.js';
import { type Runtime, requireCluster } from '../../src/cluster/runtime.js';
import { openStore } from '../../src/cluster/store/state.js';
import { DRIVERS } from '../../src/drivers/registry.js';
import { injectFault } from '../../src/failover/fault.js';
import { followFailover } from '../../src/failover/follow.js';
import { fullSyncsOf } from '../../src/failover/full-syncs.js';
import { rejoin } from '../../src/failover/rejoin.js';
import { type FaultRun, openRun } from '../../src/faults/conduct.js';
import { nodeOf } from '../../src/faults/context.js';
import { openExperiment } from '../../src/faults/experiment.js';
import { openLive } from '../../src/faults/live-block.js';
import { dataNodes, type NodePlan, sentinelNodes } from '../../src/model/plan.js';
import type { Snapshot } from '../../src/model/snapshot.js';
import type { TrialEvidence } from '../../src/observe/invariants/trial-evidence.js';
import { newMasterOf } from '../../src/observe/phases.js';
import type { WorkloadTarget } from '../../src/workload/target.js';

/** A cluster of `up`, held open: what a failover test works with, for a test that plays its acts one by one. */
export interface FailoverCluster {
  live: LiveCluster;
  run: FaultRun;
  before: Snapshot;
  /** Where clients write to. */
  target: WorkloadTarget;
  /** Asks one node one thing. */
  ask(node: NodePlan, ...command: (string | number)[]): Promise<unknown>;
  /** `deadlineMs`: for each answer; long enough for a busy machine by default. */
  look(deadlineMs?: number): Promise<Snapshot>;
  close(): Promise<void>;
}

/** For an answer from a server that lives, in milliseconds. */
const PATIENT_MS = 3000;

/** Opens the cluster `default` of a state directory; nodes get `deadlineMs` for an answer. */
export async function openFailoverCluster(home: string, deadlineMs: number): Promise<FailoverCluster> {
  const clock = systemClock;
  const store = openStore(home);
  const runtime: Runtime = { clock, store, env, drivers: DRIVERS, onProgress: () => {} };
  const opened = await openCluster(runtime, await requireCluster(store, 'default'), { deadlineMs: 30_000 });
  const { plan } = opened;
  await proveConvergence(opened);
  const experiment = await openExperiment(runtime, opened, { what: 'a test', keep: false, guardMs: null });
  // The preflight has time, the acts have `deadlineMs`.
  const steady = await openRun(runtime, opened, experiment, { workload: null });
  const asking = { ...opened.asking, deadlineMs };
  const live: LiveCluster = { ...opened, asking };
  const run = { ...steady, live };
  const { roles, before } = run;
  const nodes = { data: dataNodes(plan), sentinels: sentinelNodes(plan) };
  return {
    live,
    run,
    before,
    target: {
      sentinels: nodes.sentinels.map((n) => n.endpoint),
      masterName: roles.masterName,
      access: { ...asking.access, addresses: {} },
      nodes: nodes.data.map(({ id, announce, endpoint }) => ({ id, announce, endpoint })),
    },
    ask: (node, ...command) =>
      withNode(node, { ...asking, deadlineMs: PATIENT_MS }, (c) => c.call(...(command as [string]))),
    look: (ms = PATIENT_MS) => surveyPlan(plan, { ...asking, deadlineMs: ms }),
    async close() {
      await run.close();
      await experiment.close();
      live.close();
    },
  };
}

/** Kills the master, and starts it again as a replica of its successor: a failover as it should be. */
export async function failOver({ run, live, look }: FailoverCluster): Promise<Required<TrialEvidence>> {
  const { roles, observer, runtime } = run;
  const fault = await injectFault(run, { name: 'kill' });
  await followFailover(run, fault, 60_000, openLive(runtime, { title: 'failover', leftMs: null }));
  const seen = () => observer.seen.filter((o) => o.atMs >= fault.atMs);
  const newMaster = newMasterOf(seen(), roles);
  if (newMaster === null) throw new Error('no replica was promoted');
  const fullSyncs = await fullSyncsOf(run, newMaster.id, fault.atMs);
  const back = await rejoin(run, fault, newMaster, 'guarded');
  return {
    roles,
    newMaster: nodeOf(live.plan, newMaster.id),
    rejoin: back,
    snapshot: await look(),
    seen: seen(),
    fullSyncs,
    watch: {
      fromMs: fault.atMs,
      untilMs: runtime.clock.now(),
      still: [{ id: roles.master.id, fromMs: fault.atMs, toMs: fault.atMs + (back.restartedMs ?? Infinity) }],
      tookWrites: null,
    },
  };
}
