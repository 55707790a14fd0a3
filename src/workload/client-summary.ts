import type { ClientLane, ClientSummary, LoadOverTime } from '../observe/result.js';
import { LATENCY_BUCKET_MS, latencyPercentile } from './latency-runs.js';
import { type ClientRecord, failuresOf, runsOf, type WorkloadRecord } from './record.js';

/** A gap below this is not an outage: a client that had none recovered with its first acknowledgement after the fault. */
const NOISE_MS = 100;
/**
 * A client that was acknowledged after the fault, and so long before it was stopped or later, is not in an outage: it
 * may have been about to send its next write, on a machine that was busy. Milliseconds; no failover is as short.
 */
const STOPPED_MS = 1000;
const BUCKET_MS = 100;
/** What a report can carry of one client, or of all together; a longer run gets wider buckets. */
const MAX_BUCKETS = 2000;
/** The same of all clients, each by itself. */
const MAX_BUCKETS_OF_ALL = 64_000;

/** What the clients saw of a fault; moments in milliseconds from it. */
export function clientSummary(record: WorkloadRecord, faultAtMs: number): ClientSummary {
  const clients = record.clients.map((client) => laneOf(record, client, faultAtMs));
  const outages = clients.flatMap(({ outageMs }) => outageMs ?? []);
  const recoveries = clients.flatMap(({ recoveredMs }) => recoveredMs ?? []);
  const errors: Record<string, number> = {};
  for (const client of record.clients) {
    for (const { kind, count } of failuresOf(record, client)) errors[kind] = (errors[kind] ?? 0) + count;
  }
  return {
    policy: record.settings.policy,
    outageMs: outages.length === 0 ? null : Math.max(...outages),
    firstRecoveredMs: recoveries.length === 0 ? null : Math.min(...recoveries),
    lastRecoveredMs: recoveries.length < clients.length ? null : Math.max(...recoveries),
    errors,
    latencyMs: record.latencyMs,
    clients,
    overTime: overTimeOf(record, faultAtMs),
  };
}

function laneOf(record: WorkloadRecord, client: ClientRecord, faultAtMs: number): ClientLane {
  const { startedAtMs, stoppedAtMs } = record;
  const lengthMs = Math.max(1, stoppedAtMs - startedAtMs);
  const most = Math.max(20, Math.min(MAX_BUCKETS, Math.floor(MAX_BUCKETS_OF_ALL / record.clients.length)));
  let bucketMs = BUCKET_MS;
  while (lengthMs / bucketMs > most) bucketMs *= 2;
  const buckets = Math.ceil(lengthMs / bucketMs);
  const ok = new Array<number>(buckets).fill(0);
  const errors = new Array<number>(buckets).fill(0);
  const add = (into: number[], atMs: number, count: number): void => {
    // What was under way at the end is settled a little after it.
    const bucket = Math.min(buckets - 1, Math.max(0, Math.floor((atMs - startedAtMs) / bucketMs)));
    into[bucket] = (into[bucket] ?? 0) + count;
  };
  for (const run of runsOf(record, client)) add(ok, run.atMs, run.count);
  for (const failure of failuresOf(record, client)) add(errors, failure.atMs, failure.count);
  return {
    id: client.id,
    ...outageOf(record, client, faultAtMs),
    fromMs: tenths(startedAtMs - faultAtMs),
    bucketMs,
    ok,
    errors,
  };
}

/**
 * The longest time without an acknowledgement that ended after the fault, and the acknowledgement that ended it;
 * null where none did before the clients were stopped.
 */
function outageOf(
  record: WorkloadRecord,
  client: ClientRecord,
  faultAtMs: number,
): Pick<ClientLane, 'outageMs' | 'recoveredMs'> {
  const endMs = record.stoppedAtMs;
  if (client.runs.length === 0 || endMs < faultAtMs) return { outageMs: null, recoveredMs: null };
  let previousMs: number | null = null;
  let firstAfterMs: number | null = null;
  let longestMs = -1;
  let endedAtMs: number | null = null;
  const gap = (toMs: number, endedBy: number | null): void => {
    if (previousMs === null || toMs <= faultAtMs || toMs - previousMs <= longestMs) return;
    longestMs = toMs - previousMs;
    endedAtMs = endedBy;
  };
  for (const { atMs } of runsOf(record, client)) {
    if (atMs > faultAtMs) firstAfterMs ??= atMs;
    gap(atMs, atMs);
    previousMs = atMs;
  }
  if (firstAfterMs === null || previousMs === null || endMs - previousMs >= STOPPED_MS) gap(endMs, null);
  if (longestMs < 0) return { outageMs: null, recoveredMs: null };
  const recoveredAtMs = longestMs < NOISE_MS ? firstAfterMs : endedAtMs;
  return {
    outageMs: tenths(longestMs),
    recoveredMs: recoveredAtMs === null ? null : tenths(recoveredAtMs - faultAtMs),
  };
}

/** Milliseconds as they are read: to a tenth. */
const tenths = (ms: number): number => Math.round(ms * 10) / 10;

/** What all clients saw together, bucket by bucket; moments in milliseconds from the fault. */
function overTimeOf(record: WorkloadRecord, faultAtMs: number): LoadOverTime {
  const { startedAtMs, stoppedAtMs } = record;
  const lengthMs = Math.max(1, stoppedAtMs - startedAtMs);
  let bucketMs = LATENCY_BUCKET_MS;
  while (lengthMs / bucketMs > MAX_BUCKETS) bucketMs *= 2;
  const buckets = Math.ceil(lengthMs / bucketMs);
  // What was under way at the end is settled a little after it.
  const bucketAt = (sinceStartMs: number): number =>
    Math.min(buckets - 1, Math.max(0, Math.floor(sinceStartMs / bucketMs)));
  const ok = new Array<number>(buckets).fill(0);
  const errors = new Array<number>(buckets).fill(0);
  const latencies = Array.from({ length: buckets }, () => new Map<number, number>());
  const add = (into: number[], atMs: number, count: number): void => {
    const bucket = bucketAt(atMs - startedAtMs);
    into[bucket] = (into[bucket] ?? 0) + count;
  };
  for (const client of record.clients) {
    for (const run of runsOf(record, client)) add(ok, run.atMs, run.count);
    for (const failure of failuresOf(record, client)) add(errors, failure.atMs, failure.count);
  }
  for (const { bucket, bin, count } of record.latencyRuns) {
    const bins = latencies[bucketAt(bucket * LATENCY_BUCKET_MS)];
    bins?.set(bin, (bins.get(bin) ?? 0) + count);
  }
  return {
    fromMs: Math.round((startedAtMs - faultAtMs) * 10) / 10,
    bucketMs,
    ok,
    errors,
    p50Ms: latencies.map((bins) => latencyPercentile(bins, 50)),
    p99Ms: latencies.map((bins) => latencyPercentile(bins, 99)),
  };
}
