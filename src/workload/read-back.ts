import type { Address } from '../model/address.js';
import { type Asking, askingAs } from '../wire/access.js';
import { silenceOf } from '../wire/error.js';
import { getBytes, unlink } from '../wire/writer-bitmaps.js';
import { CHUNK_BYTES, keysOf } from './keys.js';
import type { WorkloadRecord } from './record.js';

/** What is there in the end, at one node. */
export interface Final {
  id: string;
  /** Per client, a bitmap as in its record, longer where more is there; null: it did not answer. */
  bits: Uint8Array[] | null;
  /** Why it did not answer, as a predicate. */
  why: string | null;
}

/**
 * Reads back what is there, from every node at once. To be called after the heal, when replicas have caught up.
 * Throws only the signal's reason; who does not answer has null.
 */
export function readBack(
  record: WorkloadRecord,
  nodes: readonly { id: string; endpoint: Address }[],
  asking: Asking,
): Promise<Final[]> {
  const keys = record.clients.map(({ attempted }, index) => keysOf(record.keyPrefix, index, attempted));
  return Promise.all(
    nodes.map(async ({ id, endpoint }): Promise<Final> => {
      try {
        const chunks = await getBytes(endpoint, keys.flat(), askingAs(asking, 'redis'));
        const bits = keys.map((own) => joined(chunks.splice(0, own.length)));
        return { id, bits, why: null };
      } catch (error) {
        asking.signal?.throwIfAborted();
        return { id, bits: null, why: silenceOf(error).message };
      }
    }),
  );
}

/** Removes the keys of this run. Throws OperatorError where the master does not answer or refuses. */
export async function cleanUp(
  record: WorkloadRecord,
  master: { endpoint: Address },
  asking: Asking,
): Promise<void> {
  const keys = record.clients.flatMap(({ attempted }, index) => keysOf(record.keyPrefix, index, attempted));
  await unlink(master.endpoint, keys, askingAs(asking, 'redis'));
}

/** Chunks of one client, one after the other; each has its place, however short it is. */
function joined(chunks: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.length * CHUNK_BYTES);
  for (const [i, chunk] of chunks.entries()) whole.set(chunk.subarray(0, CHUNK_BYTES), i * CHUNK_BYTES);
  return whole;
}
