import type { WorkloadSettings } from '../../src/observe/result.js';
import type { LossContext } from '../../src/workload/cause.js';
import { ClientLog } from '../../src/workload/client-log.js';
import { CHUNK_BYTES } from '../../src/workload/keys.js';
import type { Final } from '../../src/workload/read-back.js';
import type { WorkloadRecord } from '../../src/workload/record.js';

/** When the records of these tests start, on the main clock; no round number, so that a forgotten offset shows. */
export const START_MS = 10_007;

/** One write of a hand-made client: when it was settled, in milliseconds since the start, and how. */
export type Write =
  | { atMs: number; by: string }
  | { atMs: number; failed: string }
  | { atMs: number; unknown: string }
  | 'pending';

const NODES = ['n1', 'n2', 'n3'];
const KINDS = ['READONLY', 'timeout', 'closed'];

/** A record of clients that did exactly this, stopped after `lengthMs`. */
export function recordOf(
  clients: Write[][],
  { lengthMs = 20_000, reads = 0, staleReads = 0, settings = {} as Partial<WorkloadSettings> } = {},
): WorkloadRecord {
  return {
    settings: {
      clients: clients.length,
      ratePerS: 0,
      pipeline: 1,
      readRatio: 0,
      readFrom: 'master',
      policy: 'tuned',
      ...settings,
    },
    keyPrefix: 'test',
    startedAtMs: START_MS,
    stoppedAtMs: START_MS + lengthMs,
    nodes: NODES,
    kinds: KINDS,
    clients: clients.map((writes, i) => {
      const log = new ClientLog();
      for (const write of writes) {
        const seq = log.attempt(1);
        if (write === 'pending') continue;
        if ('by' in write) log.acknowledge(seq, write.atMs, NODES.indexOf(write.by));
        else if ('failed' in write) log.fail(seq, write.atMs, KINDS.indexOf(write.failed), true);
        else log.fail(seq, write.atMs, KINDS.indexOf(write.unknown), false);
      }
      return log.record(`c${i + 1}`);
    }),
    latencyMs: null,
    latencyRuns: [],
    reads,
    staleReads,
  };
}

/** What a node has in the end: of each client, these writes. */
export function finalOf(id: string, present: number[][] | null): Final {
  if (present === null) return { id, bits: null, why: 'did not answer' };
  return {
    id,
    why: null,
    bits: present.map((writes) => {
      const bits = new Uint8Array(CHUNK_BYTES);
      for (const n of writes) bits[n >> 3] = (bits[n >> 3] ?? 0) | (0x80 >> (n % 8));
      return bits;
    }),
  };
}

/** n1 was killed 1 s after the start and replaced by n2 at 3 s; it came back at 5 s and was converted at 15 s. */
export const killed = (more: Partial<LossContext> = {}): LossContext => ({
  fault: 'kill',
  oldMaster: 'n1',
  newMaster: 'n2',
  faultAtMs: START_MS + 1000,
  newWritableAtMs: START_MS + 3000,
  returnedAtMs: START_MS + 5000,
  convertedAtMs: START_MS + 15_000,
  cameBackEmpty: false,
  ...more,
});
