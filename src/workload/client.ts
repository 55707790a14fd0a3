import type { Clock } from '../clock.js';
import type { Answer, Order, Writer } from '../wire/writer.js';
import type { ClientLog } from './client-log.js';
import { CHUNK_BITS, keyOf } from './keys.js';
import { type Reader, type Shared, takeReads } from './reader.js';
import { scheduleOf } from './schedule.js';

/** After a batch that no node accepted, where no rate sets the pace, in milliseconds: a refusal costs next to nothing. */
const AFTER_FAILURE_MS = 10;

export interface Client {
  index: number;
  writer: Writer;
  /** Where reads go to replicas: it has a connection of its own. */
  reader: Reader | null;
  log: ClientLog;
}

/** Writes batch after batch until it is told to stop; one batch is under way at a time. Never rejects. */
export async function runClient(client: Client, shared: Shared, startMs: number): Promise<void> {
  const { settings, clock, stop, counters, latency } = shared;
  const schedule = scheduleOf(settings, client.index, startMs);
  let lastAcknowledged = -1;
  let readDebt = 0;
  while (!stop.aborted) {
    const dueMs = schedule.next(clock.now());
    if (dueMs > clock.now() && !(await slept(clock, dueMs - clock.now(), stop))) break;
    // A timer rings up to 1.5 ms early: what began before it was due took time from when it began.
    const fromMs = Math.min(dueMs, clock.now());

    readDebt += lastAcknowledged < 0 ? 0 : settings.pipeline * settings.readRatio;
    const looks = Math.floor(readDebt);
    readDebt -= looks;
    const sets = settings.pipeline - looks;
    const first = client.log.attempt(sets);
    counters.attempted(sets);
    const orders = Array.from({ length: sets }, (_, i) => order('set', client.index, shared, first + i));
    if (looks > 0) {
      const look = order('look', client.index, shared, lastAcknowledged);
      if (client.reader === null) for (let i = 0; i < looks; i++) orders.push(look);
      else client.reader.offer(look, looks, fromMs);
    }
    if (orders.length === 0) continue;

    const answer = await client.writer.send(orders, sets > 0 ? shared.policy.replicas : 0);
    const acknowledged = takeWrites(client, shared, answer, first, sets);
    takeReads(client.log, shared, answer, sets, fromMs);
    if (acknowledged > 0) latency.take(answer.atMs - fromMs, acknowledged, answer.atMs);
    else if (sets > 0 && settings.ratePerS === 0) await slept(clock, AFTER_FAILURE_MS, stop);
    if (acknowledged > 0) lastAcknowledged = lastOf(answer, first, sets);
  }
}

const order = (kind: Order['kind'], client: number, { keyPrefix }: Shared, seq: number): Order => ({
  kind,
  key: keyOf(keyPrefix, client, seq),
  offset: seq % CHUNK_BITS,
});

/** Takes down what became of the writes `first` …; answers how many were acknowledged. */
function takeWrites(client: Client, shared: Shared, answer: Answer, first: number, sets: number): number {
  const { policy, clock, counters, stop } = shared;
  const { log } = client;
  const confirmed = policy.replicas === 0 || (answer.confirmed ?? -1) >= policy.replicas;
  const node = shared.nodeIndexOf(answer.peer);
  const nowMs = clock.now();
  let acknowledged = 0;
  let failed = 0;
  for (let i = 0; i < sets; i++) {
    const result = answer.results[i];
    if (typeof result === 'number' && confirmed) {
      log.acknowledge(first + i, answer.atMs, node);
      acknowledged++;
      continue;
    }
    const { kind, definite } = typeof result === 'object' ? result : { kind: 'unconfirmed', definite: false };
    // What was cut off by the end of the workload is not the cluster's doing.
    log.fail(first + i, nowMs, shared.kindIndexOf(stop.aborted && !definite ? 'stopped' : kind), definite);
    if (definite) failed++;
  }
  counters.settled({ acknowledged, failed, indeterminate: sets - acknowledged - failed });
  if (acknowledged > 0) counters.heard(client.index, answer.atMs);
  return acknowledged;
}

function lastOf(answer: Answer, first: number, sets: number): number {
  for (let i = sets - 1; i >= 0; i--) if (typeof answer.results[i] === 'number') return first + i;
  return -1;
}

/** False where it was told to stop meanwhile. */
const slept = (clock: Clock, ms: number, stop: AbortSignal): Promise<boolean> =>
  clock.sleep(ms, stop).then(
    () => true,
    () => false,
  );
