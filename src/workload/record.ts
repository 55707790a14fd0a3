import type { WorkloadSettings } from '../observe/result.js';
import type { LatencyRun } from './latency-runs.js';

/** Times in a record are ticks of 10 µs since the workload's start: 32 bits of them are 11.9 hours. */
export const TICKS_PER_MS = 100;

/** What one client did. Bitmaps are in Redis's order, bit n for its write number n. */
export interface ClientRecord {
  /** `c1`, `c2`, … */
  id: string;
  attempted: number;
  acknowledged: Uint8Array;
  /** Neither acknowledged nor certainly refused; what is in neither bitmap failed. */
  indeterminate: Uint8Array;
  /** Runs of RUN_WORDS words: first write, tick of its acknowledgement, node's index << 24 | count. Ascending. */
  runs: Uint32Array;
  /** Runs of FAILURE_WORDS words: tick, kind's index << 24 | count. Ascending. */
  failures: Uint32Array;
}

export const RUN_WORDS = 3;
export const FAILURE_WORDS = 2;

/** What all clients did, on the clock of the process that started the workload. Plain data. */
export interface WorkloadRecord {
  settings: WorkloadSettings;
  keyPrefix: string;
  startedAtMs: number;
  /** When it was told to stop. */
  stoppedAtMs: number;
  /** Nodes' ids, as runs name them; a node without a known id has its address as id. */
  nodes: string[];
  /** Kinds of failures, as they are named in `failures`. */
  kinds: string[];
  clients: ClientRecord[];
  /** From an operation's intended start to its acknowledgement. */
  latencyMs: { p50: number; p95: number; p99: number; max: number } | null;
  /** The same over time. */
  latencyRuns: LatencyRun[];
  reads: number;
  /** Reads that did not show a write which was acknowledged to the client before. */
  staleReads: number;
}

/** Consecutive writes of one client that one node acknowledged within half a millisecond. */
export interface Run {
  firstSeq: number;
  count: number;
  /** On the record's clock. */
  atMs: number;
  node: number;
}

/** A client's acknowledgements, in their order. */
export function* runsOf(record: WorkloadRecord, client: ClientRecord): Generator<Run> {
  const { runs } = client;
  for (let i = 0; i + RUN_WORDS <= runs.length; i += RUN_WORDS) {
    const packed = runs[i + 2] ?? 0;
    yield {
      firstSeq: runs[i] ?? 0,
      count: packed & 0xff_ffff,
      atMs: record.startedAtMs + (runs[i + 1] ?? 0) / TICKS_PER_MS,
      node: packed >>> 24,
    };
  }
}

/** A client's failures, in their order. */
export function* failuresOf(
  record: WorkloadRecord,
  client: ClientRecord,
): Generator<{ atMs: number; kind: string; count: number }> {
  const { failures } = client;
  for (let i = 0; i + FAILURE_WORDS <= failures.length; i += FAILURE_WORDS) {
    const packed = failures[i + 1] ?? 0;
    yield {
      atMs: record.startedAtMs + (failures[i] ?? 0) / TICKS_PER_MS,
      kind: record.kinds[packed >>> 24] ?? 'other',
      count: packed & 0xff_ffff,
    };
  }
}
