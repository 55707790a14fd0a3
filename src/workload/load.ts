import type { LiveCluster } from '../cluster/open.js';
import { type Runtime, step } from '../cluster/runtime.js';
import { type Address, formatAddress } from '../model/address.js';
import { RUN_KEYS } from '../model/operator-rights.js';
import { dataNodes } from '../model/plan.js';
import type { Observer } from '../observe/observer.js';
import type { ClientSummary, InvariantResult, LedgerSummary, WorkloadSettings } from '../observe/result.js';
import type { ClusterRoles, Member } from '../observe/roles.js';
import { until } from '../until.js';
import { clientRouteOf, clientUser } from './client-route.js';
import { clientSummary } from './client-summary.js';
import type { Counts } from './counters.js';
import { judgeLoad } from './judge-load.js';
import { ledgerOf, zombieWritesOf } from './ledger.js';
import { cleanUp, readBack } from './read-back.js';
import type { WorkloadRecord } from './record.js';
import { startWorkload } from './start.js';

/** How long clients write before anything happens, in milliseconds: enough to see that all is well. */
const WARM_UP_MS = 1000;
/** How long clients get to find the new master, in milliseconds; who does not is shown as out until the end. */
const RECOVERY_BOUND_MS = 30_000;
/** Deadline of one answer when the ledger is read back, in milliseconds. */
const READ_DEADLINE_MS = 5000;

/** How a run ended, as far as it decides what was lost and why. Moments are on the run's clock, in milliseconds. */
export interface FaultOutcome {
  /** The fault's name. */
  fault: string;
  faultAtMs: number;
  /** The node that replaced the old master; null where none did. */
  newMaster: Member | null;
  /** The old master answered again, and became a replica; null where that was not seen. */
  returnedAtMs: number | null;
  convertedAtMs: number | null;
  /** The old master came back without its data, and was not replaced. */
  cameBackEmpty: boolean;
  /** Whether there is a master that clients can find. */
  servesAgain: boolean;
}

/** What the clients were acknowledged, and what became of it. */
export interface LoadResult {
  client: ClientSummary;
  ledger: LedgerSummary;
  zombieWrites: number;
  /** How many writes a node acknowledged between two moments of the run's clock. */
  tookWrites(node: string, fromMs: number, toMs: number): number;
  invariants: InvariantResult[];
}

/** Clients that write while something happens. */
export interface Load {
  /** Writes that are due per second, all clients' together; 0: as many as can be. */
  readonly dueS: number;
  /** What was written so far; null once the clients are told to stop. */
  counts(): Counts | null;
  /** Stops the clients, reads everything back and accounts for it. */
  settle(outcome: FaultOutcome): Promise<LoadResult>;
  /** Stops the clients; idempotent, never throws. */
  stop(): Promise<void>;
  /** Stops the clients, and says what they saw; nothing is read back. */
  summary(faultAtMs: number): Promise<ClientSummary>;
  /** Stops the clients and removes what they wrote; idempotent, never throws. */
  end(): Promise<void>;
}

/** What the clients write to, and what watches it. */
export interface LoadContext {
  runtime: Runtime;
  live: LiveCluster;
  observer: Observer;
  roles: ClusterRoles;
}

/** Starts the clients and waits until all of them write; `apart`: so that they can be cut off. Throws OperatorError. */
export async function startLoad(
  context: LoadContext,
  settings: WorkloadSettings,
  apart: boolean,
): Promise<Load> {
  const { runtime, live, roles } = context;
  const { plan, asking } = live;
  const { clock, clientLogin: login } = runtime;
  const user = clientUser(live, login);
  const run = `${Math.floor(clock.wallMs()).toString(36)}-${roles.master.id}`;
  const workload = await step(
    runtime,
    'load',
    `starting ${settings.clients} clients (policy ${settings.policy}${user === null ? '' : `, user ${user}`})`,
    async () => {
      const started = await startWorkload(
        {
          ...(await clientRouteOf(live, { apart, login })),
          masterName: plan.spec.masterName,
          nodes: dataNodes(plan).map(({ id, announce, endpoint }) => ({ id, announce, endpoint })),
        },
        { settings, keyPrefix: RUN_KEYS.replace('*', run), clock, signal: runtime.signal },
      );
      try {
        await clock.sleep(WARM_UP_MS, runtime.signal);
      } catch (error) {
        // No other code holds them yet: left alone they would write for ever.
        await endWorkload(started, live);
        throw error;
      }
      return started;
    },
  );
  let record: WorkloadRecord | null = null;
  let writes = true;
  const stop = (): Promise<WorkloadRecord> => {
    writes = false;
    return workload.stop();
  };
  return {
    dueS: settings.ratePerS * (1 - settings.readRatio),
    counts: () => (writes ? workload.counts() : null),
    async settle(outcome) {
      const { faultAtMs, newMaster, returnedAtMs, convertedAtMs } = outcome;
      const oldMaster = roles.master;
      await until(() => (workload.recoveredSince(faultAtMs) ? true : undefined), {
        clock,
        everyMs: 20,
        deadlineMs: outcome.servesAgain ? RECOVERY_BOUND_MS : 0,
        signal: runtime.signal,
      });
      const done = await stop();
      record = done;
      const truth = newMaster ?? oldMaster;
      await quiesce(context, truth.announce);
      const finals = await readBack(record, dataNodes(plan), { ...asking, deadlineMs: READ_DEADLINE_MS });
      const writable = context.observer.seen.find(
        (o) => o.kind === 'role' && o.source === truth.id && o.seen.role === 'master' && o.atMs >= faultAtMs,
      );
      const ledger = ledgerOf(record, finals, truth.id, {
        ...outcome,
        oldMaster: oldMaster.id,
        newMaster: newMaster?.id ?? null,
        newWritableAtMs: writable?.atMs ?? null,
      });
      const zombieWrites =
        returnedAtMs === null
          ? 0
          : zombieWritesOf(record, oldMaster.id, returnedAtMs, convertedAtMs ?? clock.now());
      const client = clientSummary(record, faultAtMs);
      const invariants = judgeLoad(client, ledger, truth, outcome.servesAgain);
      const tookWrites = (node: string, fromMs: number, toMs: number): number =>
        zombieWritesOf(done, node, fromMs, toMs);
      return { client, ledger, zombieWrites, tookWrites, invariants };
    },
    async stop() {
      await stop().catch(() => {});
    },
    async summary(faultAtMs) {
      record ??= await stop();
      return clientSummary(record, faultAtMs);
    },
    async end() {
      await endWorkload({ stop }, live);
    },
  };
}

/** Stops clients and removes what they wrote, at the node that is the master now: replicas refuse. Never throws. */
async function endWorkload(
  workload: { stop(): Promise<WorkloadRecord> },
  { plan, asking }: LiveCluster,
): Promise<void> {
  try {
    const record = await workload.stop();
    const patient = { ...asking, signal: undefined, deadlineMs: READ_DEADLINE_MS };
    await Promise.allSettled(dataNodes(plan).map((node) => cleanUp(record, node, patient)));
  } catch {
    // Without the record the keys are not known; recover removes them.
  }
}

/** Waits until every replica that follows the master has its offset: only then does its data say what was lost. */
async function quiesce({ runtime, live, observer }: LoadContext, master: Address): Promise<void> {
  const replicas = dataNodes(live.plan).filter((n) => formatAddress(n.announce) !== formatAddress(master));
  const masterId =
    dataNodes(live.plan).find((n) => formatAddress(n.announce) === formatAddress(master))?.id ?? '';
  const goal = observer.offsetOf(masterId) ?? 0;
  await until(() => (replicas.every((n) => (observer.offsetOf(n.id) ?? 0) >= goal) ? true : undefined), {
    clock: runtime.clock,
    everyMs: 20,
    deadlineMs: READ_DEADLINE_MS,
    signal: runtime.signal,
  });
}
