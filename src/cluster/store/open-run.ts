import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateDirectory, readIfThere, writeAtomically } from '../../host/files.js';
import { identify, ownIdentity, type ProcessIdentity } from '../../host/process-identity.js';
import { type RunRecord, readRun } from './run-record.js';

const REASON = 'its process ended before the run did (killed, or aborted without cleanup)';

/** The run that is active at this moment, one file a cluster; it stays where the process is killed. */
const fileOf = (home: string, cluster: string): string => join(home, 'history', `${cluster}.running.json`);

/** Writes down how far a run of this process is. Throws errors of the file system. */
export async function writeOpenRun(home: string, cluster: string, run: RunRecord): Promise<void> {
  await makePrivateDirectory(join(home, 'history'));
  const { pid, startTime } = await ownIdentity();
  const text = JSON.stringify({ owner: { pid, startTime }, run });
  await writeAtomically(fileOf(home, cluster), `${text}\n`, 0o600);
}

/** The run ended: what it was is in the history, or nothing of it is to be kept. */
export const removeOpenRun = (home: string, cluster: string): Promise<void> =>
  rm(fileOf(home, cluster), { force: true });

/** What a run that was killed had measured until then, as a record; null where none was killed since the last one. */
export async function killedRun(home: string, cluster: string): Promise<RunRecord | null> {
  const text = await readIfThere(fileOf(home, cluster));
  const open = text === undefined ? null : parse(text);
  if (open === null || (await identify(open.owner.pid))?.startTime === open.owner.startTime) return null;
  const outcome = open.run.outcome === 'violated' ? 'violated' : 'unknown';
  return { ...open.run, outcome, complete: false, reason: REASON };
}

function parse(text: string): { owner: Pick<ProcessIdentity, 'pid' | 'startTime'>; run: RunRecord } | null {
  try {
    const { owner, run } = JSON.parse(text) as { owner?: Partial<ProcessIdentity>; run?: unknown };
    const record = readRun(JSON.stringify(run));
    if (record === undefined || typeof owner?.pid !== 'number' || typeof owner.startTime !== 'string')
      return null;
    return { owner: { pid: owner.pid, startTime: owner.startTime }, run: record };
  } catch {
    return null;
  }
}
