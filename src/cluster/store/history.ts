import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../clock.js';
import { errnoOf, OperatorError } from '../../errors.js';
import {
  appendLine,
  makePrivateDirectory,
  readIfThere,
  unusable,
  writeAtomically,
} from '../../host/files.js';
import { withLock } from '../../host/lock.js';
import { identify, ownIdentity, type ProcessIdentity } from '../../host/process-identity.js';
import { until } from '../../until.js';
import { type RunRecord, readRun } from './run-record.js';

/** How many runs of one cluster are kept where nothing else is said. */
export const KEPT_RUNS = 500;
/** A history is locked no longer than a file takes to be written; in milliseconds. */
const LOCK_BOUND_MS = 10_000;
const LOCK_EVERY_MS = 10;
const FILE_MODE = 0o600;

/** The past runs of one cluster, oldest first. */
export interface History {
  runs: RunRecord[];
  /** Numbers of lines that cannot be read, from 1: written by another version, or damaged. */
  unreadable: number[];
  /** Whether the last line has no end: its writer was cut off. Then it is one of the unreadable ones. */
  truncated: boolean;
}

/**
 * The runs of each cluster, one JSON document a line in `history/CLUSTER.ndjson` below the home directory. Lines are
 * only ever appended, until there are too many: then the oldest go. It outlives the cluster itself.
 */
const directoryOf = (home: string): string => join(home, 'history');
const fileOf = (home: string, cluster: string): string => join(directoryOf(home), `${cluster}.ndjson`);

/** Clusters that have a history, in order. Throws `state-directory` (3). */
export async function historiesIn(home: string): Promise<string[]> {
  try {
    const names = await readdir(directoryOf(home));
    return names.flatMap((n) => (n.endsWith('.ndjson') ? [n.slice(0, -'.ndjson'.length)] : [])).sort();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw unusable(directoryOf(home), error);
  }
}

/** What is written down, a run that was killed last; null where no run ever was. Throws `state-directory` (3). */
export async function readHistory(home: string, cluster: string): Promise<History | null> {
  const text = await guarded(home, readIfThere(fileOf(home, cluster)));
  const killed = await guarded(home, killedRun(home, cluster));
  if (text === undefined && killed === null) return null;
  const history = historyIn(text ?? '');
  return killed === null ? history : { ...history, runs: [...history.runs, killed] };
}

/**
 * Writes down how far a run is, so that a killed one is in the history too; one that was killed before it is added
 * first. Throws `state-directory` (3).
 */
export async function noteRun(home: string, cluster: string, run: RunRecord): Promise<void> {
  const killed = await guarded(home, killedRun(home, cluster));
  if (killed !== null) await appendRun(home, cluster, killed);
  await guarded(home, writeOpenRun(home, cluster, run));
}

/** The run that `noteRun` wrote down has ended. Throws `state-directory` (3). */
export const endRun = (home: string, cluster: string): Promise<void> =>
  guarded(home, removeOpenRun(home, cluster));

/** Adds a run, on the disk when this resolves, and lets go of all but the last `keep`. Throws `state-directory` (3). */
export async function appendRun(
  home: string,
  cluster: string,
  run: RunRecord,
  keep: number = KEPT_RUNS,
): Promise<void> {
  await exclusively(home, cluster, async () => {
    await makePrivateDirectory(directoryOf(home));
    await appendLine(fileOf(home, cluster), JSON.stringify(run), FILE_MODE);
    await trim(home, cluster, keep);
  });
}

/** Lets go of all but the last `keep` runs; answers how many went. Throws `state-directory` (3). */
export function pruneHistory(home: string, cluster: string, keep: number): Promise<number> {
  return exclusively(home, cluster, () => trim(home, cluster, keep));
}

async function trim(home: string, cluster: string, keep: number): Promise<number> {
  const text = (await readIfThere(fileOf(home, cluster))) ?? '';
  const lines = linesOf(text);
  if (lines.length <= keep) return 0;
  const kept = lines.slice(lines.length - keep).map((line) => `${line}\n`);
  await writeAtomically(fileOf(home, cluster), kept.join(''), FILE_MODE);
  return lines.length - keep;
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');

function historyIn(text: string): History {
  const runs: RunRecord[] = [];
  const unreadable: number[] = [];
  text.split('\n').forEach((line, i) => {
    if (line.trim() === '') return;
    const run = readRun(line);
    if (run === undefined) unreadable.push(i + 1);
    else runs.push(run);
  });
  const last = text.slice(text.lastIndexOf('\n') + 1);
  return { runs, unreadable, truncated: last.trim() !== '' && readRun(last) === undefined };
}

/** One writer at a time, so that a run that is added while another lets old ones go is not lost. */
async function exclusively<T>(home: string, cluster: string, work: () => Promise<T>): Promise<T> {
  const lock = join(home, 'locks', `${cluster}.history.lock`);
  const attempt = async (): Promise<{ value: T } | undefined> => {
    try {
      return { value: await withLock(lock, 'history', work) };
    } catch (error) {
      if (error instanceof OperatorError && error.code === 'locked') return undefined;
      throw error;
    }
  };
  const waiting = { clock: systemClock, everyMs: LOCK_EVERY_MS, deadlineMs: LOCK_BOUND_MS };
  const done = await guarded(home, until(attempt, waiting));
  // The lock's own error names the process that holds it.
  return done === undefined ? withLock(lock, 'history', work) : done.value;
}

async function guarded<T>(home: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw errnoOf(error) === undefined || error instanceof OperatorError
      ? error
      : unusable(directoryOf(home), error);
  }
}

const REASON = 'its process ended before the run did (killed, or aborted without cleanup)';

/** The run that is active at this moment, one file a cluster; it stays where the process is killed. */
const openRunFile = (home: string, cluster: string): string =>
  join(home, 'history', `${cluster}.running.json`);

/** Writes down how far a run of this process is. Throws errors of the file system. */
async function writeOpenRun(home: string, cluster: string, run: RunRecord): Promise<void> {
  await makePrivateDirectory(join(home, 'history'));
  const { pid, startTime } = await ownIdentity();
  const text = JSON.stringify({ owner: { pid, startTime }, run });
  await writeAtomically(openRunFile(home, cluster), `${text}\n`, 0o600);
}

/** The run ended: what it was is in the history, or nothing of it is to be kept. */
const removeOpenRun = (home: string, cluster: string): Promise<void> =>
  rm(openRunFile(home, cluster), { force: true });

/** What a run that was killed had measured until then, as a record; null where none was killed since the last one. */
async function killedRun(home: string, cluster: string): Promise<RunRecord | null> {
  const text = await readIfThere(openRunFile(home, cluster));
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
