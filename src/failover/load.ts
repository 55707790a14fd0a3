import { step } from '../cluster/runtime.js';
import { nodeOf } from '../faults/scene.js';
import { type Address, formatAddress } from '../model/address.js';
import { dataNodes, type NodePlan } from '../model/plan.js';
import type { ClientSummary, InvariantResult, LedgerSummary, WorkloadSettings } from '../observe/result.js';
import { until } from '../until.js';
import type { Asking } from '../wire/access.js';
import {
  cleanUp,
  clientSummary,
  ledgerOf,
  readBack,
  roadOf,
  startWorkload,
  type WorkloadRecord,
  zombieWritesOf,
} from '../workload/index.js';
import type { TrialContext } from './context.js';
import type { Ending } from './ending.js';
import { judgePromises } from './promises.js';

/** How long clients write before anything happens, in milliseconds: enough to see that all is well. */
const WARM_UP_MS = 1000;
/** How long clients get to find the new master, in milliseconds; who does not is shown as out until the end. */
const RECOVERY_BOUND_MS = 30_000;
/** Deadline of one answer when the ledger is read back, in milliseconds. */
const READ_DEADLINE_MS = 5000;

/** What the clients were promised and what became of it. */
export interface Promises {
  client: ClientSummary;
  ledger: LedgerSummary;
  zombieWrites: number;
  /** How many writes a node acknowledged between two moments of the run's clock. */
  tookWrites(node: string, fromMs: number, toMs: number): number;
  invariants: InvariantResult[];
}

/** Clients that write while something happens. */
export interface Load {
  /** Stops the clients, reads everything back and accounts for it. */
  settle(ending: Ending): Promise<Promises>;
  /** Stops the clients, and says what they saw; nothing is read back. */
  summary(faultAtMs: number): Promise<ClientSummary>;
  /** Stops the clients and removes what they wrote; idempotent, never throws. */
  end(): Promise<void>;
}

/** Whom clients write to, and who watches. */
export type LoadStage = Pick<TrialContext, 'runtime' | 'live' | 'observer'> & {
  roles: Pick<TrialContext['roles'], 'master'>;
};

/** Starts the clients and waits until all of them write; `apart`: so that they can be cut off. Throws OperatorError. */
export async function startLoad(
  context: LoadStage,
  settings: WorkloadSettings,
  apart = false,
): Promise<Load> {
  const { runtime, live } = context;
  const { plan, asking } = live;
  const { clock } = runtime;
  const run = `${Math.floor(clock.wallMs()).toString(36)}-${context.roles.master.id}`;
  const workload = await step(
    runtime,
    'load',
    `${settings.clients} clients write (${settings.policy})`,
    async () => {
      const started = await startWorkload(
        {
          ...(await roadOf(live, apart)),
          masterName: plan.spec.masterName,
          nodes: dataNodes(plan).map(({ id, announce, endpoint }) => ({ id, announce, endpoint })),
        },
        { settings, keyPrefix: `sentinelctl:${run}`, clock, signal: runtime.signal },
      );
      try {
        await clock.sleep(WARM_UP_MS, runtime.signal);
      } catch (error) {
        // Nobody else holds them yet: left alone they would write for ever.
        await endWorkload(started, nodeOf(plan, context.roles.master.id), asking);
        throw error;
      }
      return started;
    },
  );
  let record: WorkloadRecord | null = null;
  let lastMaster = nodeOf(plan, context.roles.master.id);
  return {
    async settle(ending) {
      const { faultAtMs, newMaster, returnedAtMs, convertedAtMs } = ending;
      const oldMaster = context.roles.master;
      await until(() => (workload.recoveredSince(faultAtMs) ? true : undefined), {
        clock,
        everyMs: 20,
        deadlineMs: ending.servesAgain ? RECOVERY_BOUND_MS : 0,
        signal: runtime.signal,
      });
      const done = await workload.stop();
      record = done;
      const truth = newMaster ?? oldMaster;
      lastMaster = nodeOf(plan, truth.id);
      await quiesce(context, truth.announce);
      const finals = await readBack(record, dataNodes(plan), { ...asking, deadlineMs: READ_DEADLINE_MS });
      const writable = context.observer.seen.find(
        (o) => o.kind === 'role' && o.source === truth.id && o.seen.role === 'master' && o.atMs >= faultAtMs,
      );
      const ledger = ledgerOf(record, finals, truth.id, {
        ...ending,
        oldMaster: oldMaster.id,
        newMaster: newMaster?.id ?? null,
        newWritableAtMs: writable?.atMs ?? null,
      });
      const zombieWrites =
        returnedAtMs === null
          ? 0
          : zombieWritesOf(record, oldMaster.id, returnedAtMs, convertedAtMs ?? clock.now());
      const client = clientSummary(record, faultAtMs);
      const invariants = judgePromises(client, ledger, truth, ending.servesAgain);
      const tookWrites = (node: string, fromMs: number, toMs: number): number =>
        zombieWritesOf(done, node, fromMs, toMs);
      return { client, ledger, zombieWrites, tookWrites, invariants };
    },
    async summary(faultAtMs) {
      record ??= await workload.stop();
      return clientSummary(record, faultAtMs);
    },
    async end() {
      await endWorkload(workload, lastMaster, asking);
    },
  };
}

/** Stops clients and removes what they wrote; never throws. */
async function endWorkload(
  workload: { stop(): Promise<WorkloadRecord> },
  master: NodePlan,
  asking: Asking,
): Promise<void> {
  try {
    await cleanUp(await workload.stop(), master, {
      ...asking,
      signal: undefined,
      deadlineMs: READ_DEADLINE_MS,
    });
  } catch {
    // The keys carry the run's own prefix; a cluster that can't be reached any more keeps them.
  }
}

/** Waits until every replica that follows the master has its offset: only then does its data say what was lost. */
async function quiesce({ runtime, live, observer }: LoadStage, master: Address): Promise<void> {
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
