import { createHash, randomBytes } from 'node:crypto';
import { link, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pid } from 'node:process';
import { systemClock } from '../clock.js';
import { errnoOf, type OperatorError, refused } from '../errors.js';
import { makePrivateDirectory, readIfThere, temporaryBeside, unusable, writeNew } from './files.js';
import { identify } from './process-identity.js';

/** The holder of a lock, as its file names it. */
interface Holder {
  /** Its process, by pid and start time; not by the command line, which a program may change. */
  pid: number;
  startTime: string;
  /** The command it runs, for showing: `up --cluster default`. */
  what: string;
  /** Since when, wall clock, ISO 8601. */
  since: string;
  /** Makes every lock's text unique. */
  nonce: string;
}

/** Bounds the rounds lost to other processes; in each lost round another process made progress. */
const MAX_ROUNDS = 200;

/**
 * Runs `fn` while holding the lock file at `path`; never waits for it. `what` is shown to processes that are refused.
 * A lock is stale when its holder is not alive: no timeouts. Throws `locked` (3) that names the holder.
 *
 * How a stale lock is taken over by exactly one process: to succeed the dead holder X, a process links its own record as
 * `LOCK.claim.<hash of X's record>`, which only one can do, then checks that the lock still names X, and only then renames
 * that file over the lock. Records are unique, so a lock that no longer names X never does so again, and a late successor
 * of X withdraws. A successor that died half-way is succeeded in the same manner.
 */
export async function withLock<T>(path: string, what: string, fn: () => Promise<T>): Promise<T> {
  const record = await newRecord(what);
  try {
    await makePrivateDirectory(dirname(path));
    await acquire(path, record);
  } catch (error) {
    throw errnoOf(error) === undefined ? error : unusable(dirname(path), error);
  }
  try {
    return await fn();
  } finally {
    // A different record means that the file was removed by hand; then there is nothing to release.
    if ((await readIfThere(path)) === record) await rm(path, { force: true });
  }
}

async function newRecord(what: string): Promise<string> {
  const self = await identify(pid);
  if (self === undefined) throw new Error('the identity of this process cannot be read');
  const since = new Date(systemClock.wallMs()).toISOString();
  const holder: Holder = {
    pid,
    startTime: self.startTime,
    what,
    since,
    nonce: randomBytes(16).toString('hex'),
  };
  return `${JSON.stringify(holder)}\n`;
}

async function acquire(path: string, record: string): Promise<void> {
  const mine = temporaryBeside(path);
  await writeNew(mine, record, 0o600, false);
  try {
    for (let round = 0; round < MAX_ROUNDS; round++) {
      if (await linked(mine, path)) return;
      const current = await readIfThere(path);
      if (current === undefined) continue;
      if (await succeeded(mine, path, current)) return;
    }
    throw refused('locked', 'other commands keep changing this cluster', { hint: 'run it again' });
  } finally {
    await rm(mine, { force: true });
  }
}

/** Takes `path` over from the holder that `current` names. False: another process was faster, read again. */
async function succeeded(mine: string, path: string, current: string): Promise<boolean> {
  await refuseIfHeld(current, async () => (await readIfThere(path)) === current);
  const claim = claimPath(path, current);
  if (!(await linked(mine, claim))) {
    const rival = await readIfThere(claim);
    if (rival === undefined) return false;
    // A rival that is alive holds the lock, if the lock is still the one that it succeeds.
    if ((await readIfThere(path)) !== current) return false;
    if (!(await succeeded(mine, claim, rival))) return false;
  }
  if ((await readIfThere(path)) !== current) {
    await rm(claim, { force: true });
    return false;
  }
  await rename(claim, path);
  return true;
}

/** Throws `locked` when the holder is alive and, read once more, still holds the lock. */
async function refuseIfHeld(record: string, stillThere: () => Promise<boolean>): Promise<void> {
  const holder = parseHolder(record);
  if (holder === undefined) return;
  const isAlive = (await identify(holder.pid))?.startTime === holder.startTime;
  if (isAlive && (await stillThere())) throw locked(holder);
}

const claimPath = (path: string, record: string): string => {
  const base = basename(path).replace(/\.claim\..*$/, '');
  return join(
    dirname(path),
    `${base}.claim.${createHash('sha256').update(record).digest('hex').slice(0, 32)}`,
  );
};

async function linked(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** undefined for text that sentinelctl did not write: it has no holder, so it is taken over like a dead one's. */
function parseHolder(record: string): Holder | undefined {
  try {
    const holder = JSON.parse(record) as Partial<Holder> | null;
    return typeof holder?.pid === 'number' && typeof holder.what === 'string'
      ? (holder as Holder)
      : undefined;
  } catch {
    return undefined;
  }
}

function locked(holder: Holder): OperatorError {
  const { pid } = holder;
  return refused('locked', `another command is changing this cluster: "${holder.what}", pid ${pid}`, {
    why: `it has held the lock since ${holder.since}`,
    hint: `wait until it ends, or stop it: kill ${pid}`,
  });
}
