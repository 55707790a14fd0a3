import { readIfThere, writeAtomically } from '../../host/files.js';
import type { ProcessIdentity } from '../../host/process-identity.js';
import type { NodeFiles } from './node-files.js';

/**
 * What is written down of a node's life, so that a later command finds its server again:
 * - `created`: never started since its files were made;
 * - `starting`: written before the server is spawned. Found by a later command, it means that the one that started
 *   it was cut off, and a server may run that nobody wrote down;
 * - `started`: the server's identity, whether it still lives or not.
 */
export type NodeRecord =
  | { state: 'created' }
  | { state: 'starting' }
  | { state: 'started'; server: ProcessIdentity };

/** undefined when nothing was written, or nothing that can be understood. */
export async function readRecord(files: NodeFiles): Promise<NodeRecord | undefined> {
  const text = await readIfThere(files.record);
  if (text === undefined) return undefined;
  try {
    return parseRecord(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Only an identity waits for the disk: the other states say nothing any more after a power cut. */
export function writeRecord(files: NodeFiles, record: NodeRecord): Promise<void> {
  const durable = record.state === 'started';
  return writeAtomically(files.record, `${JSON.stringify(record)}\n`, 0o600, { durable });
}

function parseRecord(value: unknown): NodeRecord | undefined {
  const { state, server } = (value ?? {}) as { state?: unknown; server?: Partial<ProcessIdentity> };
  if (state === 'created' || state === 'starting') return { state };
  const { pid, startTime, command } = server ?? {};
  const whole = typeof pid === 'number' && typeof startTime === 'string' && typeof command === 'string';
  return state === 'started' && whole ? { state, server: { pid, startTime, command } } : undefined;
}
