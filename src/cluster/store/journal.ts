import { join } from 'node:path';
import { type OperatorError, refused } from '../../errors.js';
import { appendLine, readIfThere, unusable, writeAtomically } from '../../host/files.js';
import { identify, type ProcessIdentity } from '../../host/process-identity.js';
import { command, recreate } from '../../model/hints.js';
import type { UnderWay, Unfinished } from '../../model/status.js';
import { count } from '../../model/words.js';
import type { Store } from './state.js';

/** The first line of a journal: which process does what to the cluster. A journal contains no secrets. */
export interface JournalHead {
  /** Unique to this run. */
  id: string;
  /** For showing: `inject partition --cluster default`. */
  what: string;
  /** Whose run it is, by pid and start time. */
  owner: Pick<ProcessIdentity, 'pid' | 'startTime'>;
  /** What was injected stays when the run ends, until `heal`. */
  keep: boolean;
  /** Wall clock, milliseconds since 1970: when it was opened, and when a guard heals what a dead run left. */
  atMs: number;
  healByMs: number | null;
  /** Which master of an attached cluster it is about; absent for a cluster that sentinelctl created. */
  masterName?: string;
  /** False where it had not converged before: then nothing is proved afterwards. Absent: true. */
  proof?: boolean;
}

export type JournalRecord =
  | ({ type: 'opened'; version: 1 } & JournalHead)
  /** On disk before it is done, with what its rollback needs. */
  | { type: 'planned'; n: number; act: unknown }
  | { type: 'done'; n: number }
  /** Rolled back and verified. */
  | { type: 'undone'; n: number }
  | { type: 'guard'; process: ProcessIdentity }
  | { type: 'closed' };

/** What a run did to a cluster, and how far it is rolled back. */
export interface Journal {
  head: JournalHead;
  /** In the order in which they were done. Only faults/ reads `act`. */
  steps: { n: number; act: unknown; state: 'planned' | 'done' | 'undone' }[];
  /** Processes that watch over it. */
  guards: ProcessIdentity[];
  closed: boolean;
}

type Place = Pick<Store, 'dirOf'>;
const journalPath = (store: Place, cluster: string): string => join(store.dirOf(cluster), 'journal.ndjson');

/** Begins a new journal in place of a closed one; on disk when this resolves. */
export async function beginJournal(store: Place, cluster: string, head: JournalHead): Promise<void> {
  const path = journalPath(store, cluster);
  const first: JournalRecord = { type: 'opened', version: 1, ...head };
  try {
    await writeAtomically(path, `${JSON.stringify(first)}\n`, 0o600);
  } catch (error) {
    throw unusable(path, error);
  }
}

/** Adds one record; on the disk when this resolves. */
export async function appendRecord(store: Place, cluster: string, record: JournalRecord): Promise<void> {
  const path = journalPath(store, cluster);
  try {
    await appendLine(path, JSON.stringify(record), 0o600);
  } catch (error) {
    throw unusable(path, error);
  }
}

/** The journal of the last run; null where there never was one. Throws `journal-unreadable` (3). */
export async function readJournal(store: Place, cluster: string): Promise<Journal | null> {
  const path = journalPath(store, cluster);
  const text = await readIfThere(path).catch((error: unknown) => Promise.reject(unusable(path, error)));
  if (text === undefined) return null;
  const journal = parseJournal(text);
  if (journal !== null) return journal;
  throw refused('journal-unreadable', `the journal of cluster "${cluster}" cannot be read`, {
    why: `${path} is damaged or from another version: what was done to the cluster is not known`,
    hint: `${command('status', cluster)} # shows its state; if it is healthy, remove that file; otherwise ${recreate(cluster)}`,
  });
}

/**
 * A line whose end is missing is skipped: an act that it plans was not begun, since that waits for the disk; one that it
 * calls done or undone is looked at again. Null where the first line is not a head and, unless the journal is closed,
 * where a line is from another version or must be missing: an act might be lost with it. Pure.
 * @internal Tested with damaged lines that no run leaves.
 */
export function parseJournal(text: string): Journal | null {
  const all = text.split('\n').map(recordIn);
  const [first, ...records] = all.filter((record) => typeof record !== 'string');
  if (first?.type !== 'opened') return null;
  let isWhole = !all.includes('foreign');
  const { type: _type, version: _version, ...head } = first;
  const journal: Journal = { head, steps: [], guards: [], closed: false };
  for (const record of records) {
    if (record.type === 'planned') journal.steps.push({ n: record.n, act: record.act, state: 'planned' });
    else if (record.type === 'guard') journal.guards.push(record.process);
    else if (record.type === 'closed') journal.closed = true;
    else if (record.type !== 'opened') {
      const step = journal.steps.find((s) => s.n === record.n);
      if (step === undefined) isWhole = false;
      else step.state = record.type;
    }
  }
  return isWhole || journal.closed ? journal : null;
}

const TYPES = ['opened', 'planned', 'done', 'undone', 'guard', 'closed'];

/** What every record begins with, as `JSON.stringify` writes it. */
const BEGINNING = '{"type":"';

/** The record; `cut-off` for a truncated line (or an empty one, or zeros, as a power cut leaves them); else `foreign`. */
function recordIn(line: string): JournalRecord | 'cut-off' | 'foreign' {
  try {
    const value = JSON.parse(line) as Partial<JournalRecord> | null;
    const isOurs = TYPES.includes(String(value?.type)) && (value?.type !== 'opened' || value.version === 1);
    return isOurs ? (value as JournalRecord) : 'foreign';
  } catch {
    const isCutOff = line.startsWith(BEGINNING) || BEGINNING.startsWith(line) || /^\0*$/.test(line);
    return isCutOff ? 'cut-off' : 'foreign';
  }
}

/** Whether the run that opened it still lives. */
export const ownerLives = async ({ head }: Journal): Promise<boolean> =>
  (await identify(head.owner.pid))?.startTime === head.owner.startTime;

/**
 * Whether a run left nothing to do: it closed its journal, or it ended between two acts and nothing is proved after them
 * (repairs that are done stay).
 */
export const leavesNothing = ({ head, steps, closed }: Journal): boolean =>
  closed || (head.proof === false && steps.every(({ state }) => state === 'undone'));

/** The journal of a run that left something to do; null where there is none. Throws `journal-unreadable` (3). */
export async function unfinishedJournal(store: Place, cluster: string): Promise<Journal | null> {
  const journal = await readJournal(store, cluster);
  return journal === null || leavesNothing(journal) ? null : journal;
}

/** What a run that ended left changed; null where nothing is changed, or the run is still active. */
export async function leftUnfinished(store: Place, cluster: string): Promise<Unfinished | null> {
  const journal = await unfinishedJournal(store, cluster).catch(() => 'unreadable' as const);
  if (journal === 'unreadable') return { unreadable: journalPath(store, cluster) };
  if (journal === null || (await ownerLives(journal))) return null;
  const { what, keep, atMs } = journal.head;
  return { what, keep, since: new Date(atMs).toISOString() };
}

/** What an active run does to the cluster; null where there is none. */
export async function runUnderWay(store: Place, cluster: string): Promise<UnderWay | null> {
  const journal = await readJournal(store, cluster).catch(() => null);
  if (journal === null || journal.closed || !(await ownerLives(journal))) return null;
  const { what, owner, atMs, healByMs } = journal.head;
  const acts = journal.steps.flatMap(({ act, state }) => (state === 'undone' ? [] : actWords(act)));
  const since = new Date(atMs).toISOString();
  return { what, pid: owner.pid, since, acts, ...(healByMs !== null && { forMs: healByMs - atMs }) };
}

/** `end of redis-1`: what is known of an act without knowing the faults. */
function actWords(act: unknown): string[] {
  const { act: kind, node } = (act ?? {}) as { act?: unknown; node?: unknown };
  if (typeof kind !== 'string') return [];
  return [typeof node === 'string' ? `${kind} of ${node}` : kind];
}

/** Throws `unfinished-journal` (3) where an earlier run is not rolled back. */
export async function requireFinished(store: Place, cluster: string): Promise<void> {
  const journal = await unfinishedJournal(store, cluster);
  if (journal !== null) throw unfinished(journal, cluster);
}

function unfinished({ head, steps }: Journal, cluster: string): OperatorError {
  const left = steps.filter((step) => step.state !== 'undone').length;
  const since = new Date(head.atMs).toISOString();
  return head.keep
    ? refused('unfinished-journal', `the fault of "${head.what}" is still active on ${cluster}`, {
        why: `kept on purpose since ${since}`,
        hint: command('heal', cluster),
      })
    : refused(
        'unfinished-journal',
        `"${head.what}" was interrupted, and cluster "${cluster}" is not restored`,
        {
          why:
            left === 0
              ? `it began ${since}; everything is rolled back, and only the proof of convergence is missing`
              : `it began ${since}; ${count(left, 'action')} ${left === 1 ? 'is' : 'are'} not rolled back yet`,
          hint: command('recover', cluster),
        },
      );
}

/** The master of an attached cluster that an unfinished journal is about: `recover` need not name it. */
export async function journalledMaster(store: Place, cluster: string): Promise<string | null> {
  const journal = await unfinishedJournal(store, cluster).catch(() => null);
  return journal?.head.masterName ?? null;
}
