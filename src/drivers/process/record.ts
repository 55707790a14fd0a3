import { readIfThere, writeAtomically } from '../../host/files.js';
import type { ProcessIdentity } from '../../host/process-identity.js';
import type { NodeFiles } from './node-files.js';

/**
 * What is recorded of a node, so that a later command finds its server:
 * - `created`: never started since its files were created;
 * - `starting`: written before the server is spawned. Where a later command finds it, the command that started the
 *   server was killed, and a server may run without a record;
 * - `started`: the server's identity, running or not.
 */
export type NodeRecord =
  | { state: 'created' }
  | { state: 'starting' }
  | { state: 'started'; server: ProcessIdentity };

/** undefined when there is no record, or an unreadable one. */
export async function readRecord(files: NodeFiles): Promise<NodeRecord | undefined> {
  const text = await readIfThere(files.record);
  if (text === undefined) return undefined;
  try {
    return parseRecord(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** Only an identity is synced to disk: the other states mean nothing after a power failure. */
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
