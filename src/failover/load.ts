import type { Asking } from '../cluster/ask.js';
import { step } from '../cluster/engine.js';
import { natMapOf } from '../cluster/up-result.js';
import { type Address, formatAddress } from '../model/address.js';
import { dataNodes, type NodePlan, sentinelNodes } from '../model/plan.js';
import { until } from '../until.js';
import {
  cleanUp,
  clientSummary,
  ledgerOf,
  readBack,
  startWorkload,
  type WorkloadRecord,
  zombieWritesOf,
} from '../workload/index.js';
import { nodeOf, type Story } from './cast.js';
import type { Fault } from './fault.js';
import { judgePromises } from './promises.js';
import type { ClientSummary, InvariantResult, LedgerSummary, Rejoin, WorkloadSettings } from './result.js';

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
  invariants: InvariantResult[];
}

/** Clients that write while the failover happens. */
export interface Load {
  /** Stops the clients, reads everything back and accounts for it. */
  settle(
    fault: Fault,
    newMaster: { id: string; announce: Address } | null,
    back: Rejoin | null,
  ): Promise<Promises>;
  /** Stops the clients, and says what they saw; nothing is read back. */
  summary(fault: Fault): Promise<ClientSummary>;
  /** Stops the clients and removes what they wrote; idempotent, never throws. */
  end(): Promise<void>;
}

/** Starts the clients and waits until all of them write. Throws OperatorError. */
export async function startLoad(story: Story, settings: WorkloadSettings, routable: boolean): Promise<Load> {
  const { engine, up } = story;
  const { plan, asking } = up;
  const { clock } = engine;
  const run = `${Math.floor(clock.wallMs()).toString(36)}-${story.cast.oldMaster.id}`;
  const workload = await step(
    engine,
    'load',
    `${settings.clients} clients write (${settings.policy})`,
    async () => {
      const started = await startWorkload(
        {
          sentinels: sentinelNodes(plan).map((n) => n.endpoint),
          masterName: plan.spec.masterName,
          password: asking.password,
          natMap: routable ? null : natMapOf(plan),
          nodes: dataNodes(plan).map(({ id, announce, endpoint }) => ({ id, announce, endpoint })),
        },
        { settings, keyPrefix: `sentinelctl:${run}`, clock, signal: engine.signal },
      );
      try {
        await clock.sleep(WARM_UP_MS, engine.signal);
      } catch (error) {
        // Nobody else holds them yet: left alone they would write for ever.
        await endWorkload(started, nodeOf(plan, story.cast.oldMaster.id), asking);
        throw error;
      }
      return started;
    },
  );
  let record: WorkloadRecord | null = null;
  let lastMaster = nodeOf(plan, story.cast.oldMaster.id);
  return {
    async settle(fault, newMaster, back) {
      await until(() => (workload.recoveredSince(fault.atMs) ? true : undefined), {
        clock,
        everyMs: 20,
        deadlineMs: newMaster === null ? 0 : RECOVERY_BOUND_MS,
        signal: engine.signal,
      });
      record = await workload.stop();
      const truth = newMaster ?? story.cast.oldMaster;
      lastMaster = nodeOf(plan, truth.id);
      await quiesce(story, truth.announce);
      const at = (ms: number | null | undefined): number | null => (ms == null ? null : fault.atMs + ms);
      const finals = await readBack(record, dataNodes(plan), { ...asking, deadlineMs: READ_DEADLINE_MS });
      const writable = story.observer.seen.find(
        (o) => o.kind === 'role' && o.source === truth.id && o.seen.role === 'master' && o.atMs >= fault.atMs,
      );
      const ledger = ledgerOf(record, finals, truth.id, {
        fault: fault.name,
        oldMaster: story.cast.oldMaster.id,
        newMaster: newMaster?.id ?? null,
        faultAtMs: fault.atMs,
        newWritableAtMs: writable?.atMs ?? null,
        returnedAtMs: at(back?.restartedMs),
        convertedAtMs: at(back?.convertedMs),
        cameBackEmpty: false,
      });
      const from = at(back?.restartedMs);
      const zombieWrites =
        from === null
          ? 0
          : zombieWritesOf(record, story.cast.oldMaster.id, from, at(back?.convertedMs) ?? clock.now());
      const client = clientSummary(record, fault.atMs);
      const invariants = judgePromises(client, ledger, truth, newMaster !== null);
      return { client, ledger, zombieWrites, invariants };
    },
    async summary(fault) {
      record ??= await workload.stop();
      return clientSummary(record, fault.atMs);
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
async function quiesce({ engine, up, observer }: Story, master: Address): Promise<void> {
  const replicas = dataNodes(up.plan).filter((n) => formatAddress(n.announce) !== formatAddress(master));
  const masterId =
    dataNodes(up.plan).find((n) => formatAddress(n.announce) === formatAddress(master))?.id ?? '';
  const goal = observer.offsetOf(masterId) ?? 0;
  await until(() => (replicas.every((n) => (observer.offsetOf(n.id) ?? 0) >= goal) ? true : undefined), {
    clock: engine.clock,
    everyMs: 20,
    deadlineMs: READ_DEADLINE_MS,
    signal: engine.signal,
  });
}
