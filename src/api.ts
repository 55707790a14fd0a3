import { assess } from './checks/assess.js';
import { systemClock } from './clock.js';
import { type Action, type ActResult, act } from './cluster/act.js';
import { accessOf, surveyPlan } from './cluster/ask.js';
import { openSecrets, printedFor } from './cluster/own-secrets.js';
import { type Runtime, requireCluster } from './cluster/runtime.js';
import { openStore } from './cluster/store/state.js';
import { processEnv, stateHome } from './config/paths.js';
import { DRIVERS } from './drivers/registry.js';
import type { FaultSpec } from './failover/fault.js';
import { runFailoverTest as run } from './failover/run.js';
import { parseThreshold } from './failover/thresholds.js';
import { restart } from './faults/restart.js';
import type { Address } from './model/address.js';
import { formatAddress } from './model/address.js';
import type { OnProgress } from './model/events.js';
import type { ClusterPlan } from './model/plan.js';
import type { Snapshot } from './model/snapshot.js';
import type { StatusResult } from './model/status.js';
import type { FailoverResult, RejoinMode, WorkloadSettings } from './observe/result.js';
import { ASK_DEADLINE_MS, accessWith } from './wire/access.js';
import { survey } from './wire/survey.js';

export interface OpenClusterOptions {
  /** The state directory; SENTINELCTL_HOME, else the XDG state directory, by default. */
  home?: string;
  /** Hears what is being done. */
  onProgress?: OnProgress;
  /** Aborts what is under way; what was injected is rolled back first. */
  signal?: AbortSignal;
}

export interface FailoverTestSettings {
  /** What happens to the master; `{ name: 'kill' }` by default. */
  fault?: FaultSpec;
  /** How it comes back; `as-crashed` by default, null leaves it down. */
  rejoin?: RejoinMode | null;
  /** From the fault to the first +switch-master, in milliseconds; down-after + 2 s by default. */
  budgetMs?: number;
  /** How long clients may be without an answer, in milliseconds; no limit by default. */
  outageBudgetMs?: number;
  /** How long a failover is waited for, in milliseconds; down-after + 2 × failover-timeout + 15 s by default. */
  waitMs?: number;
  /** How many failovers, one after the other; 1 by default. */
  trials?: number;
  seed?: number;
  /** What must hold, as `'ledger.lost==0'`; parsed as on the command line. */
  thresholds?: string[];
  /** Clients that write through it; none by default. */
  workload?: WorkloadSettings;
}

/** A cluster that `sentinelctl up` made on this machine. */
export interface Cluster {
  readonly name: string;
  readonly plan: ClusterPlan;
  /** Asks all nodes once, in parallel. Rejects only when aborted. */
  snapshot(): Promise<Snapshot>;
  /** A snapshot, judged: the document of `sentinelctl status --json`. */
  status(): Promise<StatusResult>;
  /** `node`: an id, or `master`. Throws OperatorError. */
  act(
    action: Action,
    node: string,
    options?: { asCrashed?: boolean; asFrozen?: boolean },
  ): Promise<ActResult>;
  /** Kills the master and proves its replacement. Throws OperatorError; a failover that never comes is a result. */
  runFailoverTest(settings?: FailoverTestSettings): Promise<FailoverResult>;
}

/** Opens a cluster by its name. Throws OperatorError `cluster-unknown` (3) that names the known clusters. */
export async function openCluster(name = 'default', options: OpenClusterOptions = {}): Promise<Cluster> {
  const env = processEnv();
  const { signal, onProgress = () => {} } = options;
  const store = openStore(options.home ?? stateHome(env));
  const runtime: Runtime = { clock: systemClock, store, env, drivers: DRIVERS, onProgress, signal };
  const state = await requireCluster(store, name);
  const { plan } = state;
  const secrets = await openSecrets(store, state);
  const snapshot = async (): Promise<Snapshot> =>
    surveyPlan(plan, {
      clock: systemClock,
      access: accessOf(plan, secrets),
      deadlineMs: ASK_DEADLINE_MS,
      signal,
    });
  return {
    name,
    plan,
    snapshot,
    status: async () => {
      const seen = await snapshot();
      printedFor(store, state, secrets);
      return assess(seen, {
        cluster: name,
        driver: plan.driver,
        own: true,
        masterName: plan.spec.masterName,
        nodes: plan.nodes,
      });
    },
    act: (action, node, { asCrashed = false, asFrozen = false } = {}) =>
      action === 'restart'
        ? restart(runtime, state, { node, asCrashed })
        : act(runtime, state, { node, action, asCrashed, asFrozen }),
    runFailoverTest: (settings = {}) =>
      run(runtime, state, {
        fault: settings.fault ?? { name: 'kill' },
        rejoin: settings.rejoin === undefined ? 'as-crashed' : settings.rejoin,
        budgetMs: settings.budgetMs ?? null,
        outageBudgetMs: settings.outageBudgetMs ?? null,
        waitMs: settings.waitMs ?? null,
        trials: settings.trials ?? 1,
        seed: settings.seed ?? 1,
        thresholds: (settings.thresholds ?? []).map(parseThreshold),
        workload: settings.workload ?? null,
        command: `runFailoverTest('${name}', ${JSON.stringify(settings)})`,
      }),
  };
}

/** An attached cluster: one sentinel that answers is enough to find the rest. */
export interface AttachedCluster {
  sentinelAddrs: Address[];
  /** Only this master's nodes; every monitored one's by default. */
  masterName?: string;
  password?: string;
  /** The sentinels' own; the data nodes' by default. */
  sentinelPassword?: string;
  /** For each server, in milliseconds; 1500 by default. */
  deadlineMs?: number;
}

/**
 * The answers of all nodes, asked once, in parallel; a silent one is in it with the reason. Takes an open cluster, its
 * name, or the sentinels of an attached one. Throws OperatorError `cluster-unknown` (3).
 */
export async function snapshot(of: Cluster | AttachedCluster | string = 'default'): Promise<Snapshot> {
  if (typeof of === 'string') return (await openCluster(of)).snapshot();
  if ('snapshot' in of) return of.snapshot();
  const { sentinelAddrs, masterName, deadlineMs = ASK_DEADLINE_MS, password = null } = of;
  const { sentinelPassword = password } = of;
  return survey(
    {
      sentinels: sentinelAddrs.map((a) => ({ id: formatAddress(a), announce: a, endpoint: a })),
      nodes: [],
      masterName: masterName ?? null,
      discover: true,
    },
    { clock: systemClock, deadlineMs, access: accessWith(password, { sentinelPassword }) },
  );
}

/** `openCluster(...)` and its `runFailoverTest` in one call. */
export async function runFailoverTest(
  cluster: Cluster | string = 'default',
  settings: FailoverTestSettings = {},
): Promise<FailoverResult> {
  return (typeof cluster === 'string' ? await openCluster(cluster) : cluster).runFailoverTest(settings);
}
