import { setMaxListeners } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { type Clock, systemClock, withDeadline } from '../clock.js';
import { messageOf, OperatorError, type OperatorErrorInit } from '../errors.js';
import { machineNowMs } from '../host/monotonic.js';
import { openWriter, type Writer, type WriterOptions } from '../wire/writer.js';
import { type Client, runClient } from './client.js';
import { ClientLog } from './client-log.js';
import { Counters } from './counters.js';
import { Latency } from './latency.js';
import { Names, nodeNamer } from './names.js';
import { Reader, type Shared } from './reader.js';
import type { WorkloadRecord } from './record.js';
import { parsePolicy } from './settings.js';
import type { WorkerTask } from './target.js';

/** What the worker says; the times in its record count from the workload's start. */
export type FromWorker =
  | { type: 'going' }
  | { type: 'failed'; error: Omit<OperatorErrorInit, 'cause'> }
  | { type: 'record'; record: Omit<WorkloadRecord, 'startedAtMs'> };
/** What it receives: to stop, and how long what is under way may take, in milliseconds. */
export interface ToWorker {
  type: 'stop';
  graceMs: number;
}

/** For what was cut off to be settled, in milliseconds. */
const SETTLE_MS = 500;

const task = workerData as WorkerTask;
const clock: Clock = { ...systemClock, now: () => machineNowMs() - task.originMachineMs };
const stop = new AbortController();
setMaxListeners(0, stop.signal);
const latency = new Latency();
const nodes = new Names(task.target.nodes.map((node) => node.id));
const kinds = new Names();
const nameOf = nodeNamer(task.target.nodes);
const shared: Shared = {
  settings: task.settings,
  policy: parsePolicy(task.settings.policy),
  keyPrefix: task.keyPrefix,
  clock,
  counters: new Counters(task.counters),
  latency,
  stop: stop.signal,
  nodeIndexOf: (peer) => nodes.indexOf(nameOf(peer)),
  kindIndexOf: (kind) => kinds.indexOf(kind),
  reads: { done: 0, stale: 0 },
};
const clients: Client[] = [];
let stoppedAtMs = 0;

parentPort?.on('message', (message: ToWorker) => {
  stoppedAtMs = clock.now();
  stop.abort();
  void finish(message.graceMs);
});

let running: Promise<unknown> = Promise.resolve();
// Not awaited at the top level: the bundle is CommonJS.
void begin();

async function begin(): Promise<void> {
  try {
    await connectAll();
    const startMs = clock.now();
    running = Promise.all(clients.map((client) => runClient(client, shared, startMs)));
    say({ type: 'going' });
  } catch (error) {
    closeAll();
    if (!stop.signal.aborted) say({ type: 'failed', error: plain(error) });
  }
}

/** All at once; the first that cannot connect ends it for all. */
async function connectAll(): Promise<void> {
  const { settings, target } = task;
  const readsApart = settings.readFrom === 'replicas' && settings.readRatio > 0;
  await Promise.all(
    Array.from({ length: settings.clients }, async (_, index) => {
      const log = new ClientLog();
      const client: Client = { index, writer: await open('master'), reader: null, log };
      clients[index] = client;
      if (readsApart) client.reader = new Reader(await open('slave'), log, shared);
    }),
  );

  function open(role: WriterOptions['role']): Promise<Writer> {
    return openWriter({
      clock,
      tuning: shared.policy.tuning,
      role,
      sentinels: target.sentinels,
      masterName: target.masterName,
      access: target.access,
      localAddress: target.localAddress,
      deadlineMs: task.connectMs,
      signal: stop.signal,
    });
  }
}

/** Lets what is under way end, cuts off what does not, and hands everything over. */
async function finish(graceMs: number): Promise<void> {
  const bounded = (ms: number): Promise<unknown> =>
    withDeadline(clock, ms, running, () => new Error('still under way')).catch(() => {});
  await bounded(graceMs);
  closeAll();
  await bounded(SETTLE_MS);
  const logs = clients.filter(Boolean).map(({ index, log }) => log.record(`c${index + 1}`));
  const record = {
    settings: task.settings,
    keyPrefix: task.keyPrefix,
    stoppedAtMs,
    nodes: nodes.list,
    kinds: kinds.list,
    clients: logs,
    latencyMs: latency.summary(),
    latencyRuns: latency.runs(),
    reads: shared.reads.done,
    staleReads: shared.reads.stale,
  };
  say(
    { type: 'record', record },
    logs.flatMap((log) => [log.acknowledged, log.indeterminate, log.runs, log.failures].map((a) => a.buffer)),
  );
}

function closeAll(): void {
  for (const client of clients.filter(Boolean)) {
    client.writer.close();
    client.reader?.writer.close();
  }
}

function say(message: FromWorker, handOver: ArrayBufferLike[] = []): void {
  parentPort?.postMessage(
    message,
    handOver.filter((b): b is ArrayBuffer => b instanceof ArrayBuffer),
  );
}

function plain(error: unknown): Omit<OperatorErrorInit, 'cause'> {
  if (error instanceof OperatorError) {
    const { code, message, why, hint, exitCode } = error;
    return { code, message, why, hint, exitCode };
  }
  return { code: 'workload-failed', message: `the clients failed: ${messageOf(error)}`, exitCode: 2 };
}
