import { join } from 'node:path';
import { makePrivateDirectory, readIfThere, writeAtomically } from '../../host/files.js';
import type { SaysOfItself } from '../attached-host.js';

/** What was seen of a server when it last answered: a frozen one does not tell its pid, which resumes it. */
export interface CommandedRecord {
  version: 1;
  runId: string;
  pid: number;
  /** Whether it was paused by a command, and not resumed yet. */
  isPaused: boolean;
  /** Its pod: once it is gone, another one may have its address. */
  pod?: string;
}

/** Not among the records of processes here: a cluster may be attached by commands first, and later with --local. */
const directoryOf = (dir: string): string => join(dir, 'commanded');
const pathOf = (dir: string, id: string): string => join(directoryOf(dir), `${id}.json`);

/** Undefined where the server was never seen to answer. */
export async function readCommandedRecord(dir: string, id: string): Promise<CommandedRecord | undefined> {
  const text = await readIfThere(pathOf(dir, id));
  const record = text === undefined ? undefined : (JSON.parse(text) as Partial<CommandedRecord>);
  return record?.version === 1 ? (record as CommandedRecord) : undefined;
}

export async function writeCommandedRecord(
  dir: string,
  id: string,
  { runId, pid }: Pick<SaysOfItself, 'runId' | 'pid'>,
  isPaused: boolean,
  found?: string,
): Promise<void> {
  const known = await readCommandedRecord(dir, id);
  const pod = found ?? (known?.runId === runId ? known.pod : undefined);
  const record: CommandedRecord = { version: 1, runId, pid, isPaused, ...(pod !== undefined && { pod }) };
  await makePrivateDirectory(directoryOf(dir));
  await writeAtomically(pathOf(dir, id), `${JSON.stringify(record)}\n`, 0o600);
}
