import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FailoverResult } from '../failover/result.js';
import { makePrivateDirectory } from '../host/files.js';

/** Adds a run to its cluster's history. */
export async function recordRun(home: string, result: FailoverResult): Promise<void> {
  await makePrivateDirectory(join(home, 'history'));
  const { outcome, fault, startedAt, summary } = result;
  const line = { outcome, fault, startedAt, trials: result.trials.length, summary };
  await appendFile(join(home, 'history', `${result.cluster}.ndjson`), `${JSON.stringify(line)}\n`, {
    mode: 0o600,
  });
}
