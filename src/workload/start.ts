import { Worker } from 'node:worker_threads';
import { type Clock, withDeadline } from '../clock.js';
import { messageOf, OperatorError, unknownOutcome, unreachable } from '../errors.js';
import { machineNowMs } from '../host/monotonic.js';
import { until } from '../until.js';
import { Counters, type Counts } from './counters.js';
import { cleanUp } from './read-back.js';
import type { WorkloadRecord } from './record.js';
import { checkSettings } from './settings.js';
import type { WorkerTask, WorkloadOptions, WorkloadTarget } from './target.js';
import type { FromWorker, ToWorker } from './worker.js';

/** In milliseconds: for all clients to be connected, and then for each to be acknowledged once. */
const CONNECT_MS = 10_000;
const FIRST_ACK_MS = 15_000;
/** What is under way at the end gets so long, in milliseconds; then it counts as indeterminate. */
const GRACE_MS = 2000;
/** For the record to come after that, in milliseconds: ten million writes take less than a second. */
const RECORD_MS = 15_000;
const CLEAN_UP_MS = 1000;

/** Clients at work. */
export interface Workload {
  /** Live: writes only. What is attempted and in no other number is under way. */
  counts(): Counts;
  /** True once every client was acknowledged after `atMs`, on the clock that the workload was started with. */
  recoveredSince(atMs: number): boolean;
  /**
   * Stops the clients and hands over everything that was acknowledged; idempotent, takes 20 s at most.
   * Throws OperatorError `workload-lost` (2) where the worker died.
   */
  stop(): Promise<WorkloadRecord>;
}

/**
 * Starts clients that write in a worker of their own, so that writing and watching don't disturb each other.
 * Resolves once every client was acknowledged once. Throws OperatorError: 64 for settings that make no sense, 5 where
 * the clients cannot connect or no node acknowledges; or the signal's reason. Nothing is left running then.
 */
export async function startWorkload(target: WorkloadTarget, options: WorkloadOptions): Promise<Workload> {
  const { settings, keyPrefix, clock, signal } = options;
  checkSettings(settings, Math.max(0, target.nodes.length - 1));
  signal?.throwIfAborted();
  const counters = new Counters(new SharedArrayBuffer(Counters.bytesFor(settings.clients)));
  const { startedAtMs, originMachineMs } = bothClocks(clock);
  const task: WorkerTask = {
    target,
    settings,
    keyPrefix,
    counters: counters.shared,
    originMachineMs,
    connectMs: CONNECT_MS,
  };
  const thread = startThread(task);
  let record: Promise<WorkloadRecord> | null = null;
  const stop = (): Promise<WorkloadRecord> => {
    record ??= stopThread(thread, clock, startedAtMs);
    return record;
  };
  const heardSince = (atMs: number): boolean => counters.allHeardSince(atMs - startedAtMs);
  try {
    await firstAcknowledgements(thread, () => heardSince(startedAtMs), clock, signal);
  } catch (error) {
    await stop().then(
      (begun) => removeFrom(target, begun, clock),
      () => {},
    );
    throw error;
  }
  return { counts: () => counters.counts(), recoveredSince: heardSince, stop };
}

/** The worker, and what it said or died of. */
interface Thread {
  worker: Worker;
  said: Partial<{ [T in FromWorker['type']]: Extract<FromWorker, { type: T }> }>;
  died: OperatorError | null;
}

function startThread(task: WorkerTask): Thread {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    name: 'sentinelctl-workload',
    workerData: task,
    // ioredis prints warnings by itself; what this process prints is its own affair.
    stdout: true,
    stderr: true,
    env: {},
    execArgv: [],
  });
  worker.stdout.resume();
  worker.stderr.resume();
  // Who waits for it keeps the process alive by the deadline; who forgot it shall be able to end.
  worker.unref();
  const thread: Thread = { worker, said: {}, died: null };
  worker.on('message', (message: FromWorker) => {
    Object.assign(thread.said, { [message.type]: message });
  });
  const died = (why: string): void => {
    thread.died ??= unknownOutcome(
      'workload-lost',
      'the clients ended unexpectedly, and the record of their writes is lost',
      {
        why,
        hint: 'run it again, with fewer --clients if memory is short',
      },
    );
  };
  worker.on('error', (error) => died(messageOf(error)));
  worker.on('exit', (code) => died(`the worker ended with code ${code}`));
  return thread;
}

async function firstAcknowledgements(
  thread: Thread,
  allHeard: () => boolean,
  clock: Clock,
  signal: AbortSignal | undefined,
): Promise<void> {
  const began = await until(
    () => {
      if (thread.said.failed) throw new OperatorError(thread.said.failed.error);
      if (thread.died) throw thread.died;
      return thread.said.going && allHeard() ? true : undefined;
    },
    { clock, everyMs: 5, deadlineMs: CONNECT_MS + FIRST_ACK_MS, signal },
  );
  if (began) return;
  throw unreachable('workload-not-acknowledged', 'not every client had its first write acknowledged', {
    why: `after ${(CONNECT_MS + FIRST_ACK_MS) / 1000} s: the master refuses writes, too few replicas confirm them, or this machine is too busy`,
    hint: 'sentinelctl status # where it is HEALTHY: fewer --clients, or a less busy machine',
  });
}

async function stopThread(thread: Thread, clock: Clock, startedAtMs: number): Promise<WorkloadRecord> {
  const { worker } = thread;
  const message: ToWorker = { type: 'stop', graceMs: GRACE_MS };
  worker.postMessage(message);
  try {
    const said = await until(() => thread.said.record ?? thread.died ?? undefined, {
      clock,
      everyMs: 5,
      deadlineMs: GRACE_MS + RECORD_MS,
    });
    if (said === undefined)
      throw unknownOutcome('workload-lost', 'the clients do not stop', { hint: 'run it again' });
    if (said instanceof OperatorError) throw said;
    return { ...said.record, startedAtMs, stoppedAtMs: startedAtMs + said.record.stoppedAtMs };
  } finally {
    await withDeadline(clock, RECORD_MS, worker.terminate(), () => new Error('still there')).catch(() => {});
  }
}

/** A workload that never began may still have written; a node that is not a master refuses the removal. */
async function removeFrom(target: WorkloadTarget, begun: WorkloadRecord, clock: Clock): Promise<void> {
  const asking = { clock, access: target.access, deadlineMs: CLEAN_UP_MS };
  await Promise.allSettled(target.nodes.map((node) => cleanUp(begun, node, asking)));
}

/** One moment on both clocks. The first reading of a clock may take long; the second is close to its neighbours. */
function bothClocks(clock: Clock): { startedAtMs: number; originMachineMs: number } {
  machineNowMs();
  const before = clock.now();
  const originMachineMs = machineNowMs();
  return { startedAtMs: (before + clock.now()) / 2, originMachineMs };
}
