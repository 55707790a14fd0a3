import { createHash, randomBytes } from 'node:crypto';
import { link, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { pid } from 'node:process';
import { systemClock } from '../clock.js';
import { errnoOf, type OperatorError, refused } from '../errors.js';
import { makePrivateDirectory, readIfThere, temporaryBeside, unusable, writeNew } from './files.js';
import { identify } from './process-identity.js';

/** What a lock file says of who holds it. */
interface Holder {
  /** Its process, by pid and start time; not by its command line, which a program may change while it runs. */
  pid: number;
  startTime: string;
  /** The command it runs, for showing: `up --cluster default`. */
  what: string;
  /** Since when, wall clock, ISO 8601. */
  since: string;
  /** Makes every lock's text the only one of its kind, for all time. */
  nonce: string;
}

/** Bounds the rounds lost to others who take and release in between; each round means that somebody else got on. */
const MAX_ROUNDS = 200;

/**
 * Runs `fn` while holding the lock file at `path`; never waits for it. `what` is shown to whoever is refused.
 * A lock is stale when its holder no longer lives: no time-outs. Throws `locked` (3) that names the holder.
 *
 * How a stale lock changes hands without two winners: whoever wants to inherit from the dead holder X links its own
 * record as `LOCK.heir.<hash of X's record>`, which exactly one can do, then looks whether the lock still says X, and
 * only then renames that file over the lock. Records are unique, so once the lock no longer says X it never will
 * again, and a late heir of X withdraws. An heir that died half-way is inherited from in the same manner.
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
    // Not ours any more only if somebody removed the file by hand; then there is nothing to release.
    if ((await readIfThere(path)) === record) await rm(path, { force: true });
  }
}

async function newRecord(what: string): Promise<string> {
  const self = await identify(pid);
  if (self === undefined) throw new Error('this process can not tell its own identity');
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
      if (await inherited(mine, path, current)) return;
    }
    throw refused('locked', 'other commands take turns in changing this cluster', { hint: 'run it again' });
  } finally {
    await rm(mine, { force: true });
  }
}

/** Takes `path` over from the holder that `current` names. False: somebody else got on, look again. */
async function inherited(mine: string, path: string, current: string): Promise<boolean> {
  await refuseIfHeld(current, async () => (await readIfThere(path)) === current);
  const claim = heirPath(path, current);
  if (!(await linked(mine, claim))) {
    const rival = await readIfThere(claim);
    if (rival === undefined) return false;
    // A living rival holds the lock as good as ever, if the lock still is the one that it inherits.
    if ((await readIfThere(path)) !== current) return false;
    if (!(await inherited(mine, claim, rival))) return false;
  }
  if ((await readIfThere(path)) !== current) {
    await rm(claim, { force: true });
    return false;
  }
  await rename(claim, path);
  return true;
}

/** Throws `locked` when the holder lives and, looked at once more, still holds it. */
async function refuseIfHeld(record: string, stillThere: () => Promise<boolean>): Promise<void> {
  const holder = parseHolder(record);
  if (holder === undefined) return;
  const isAlive = (await identify(holder.pid))?.startTime === holder.startTime;
  if (isAlive && (await stillThere())) throw locked(holder);
}

const heirPath = (path: string, record: string): string => {
  const base = basename(path).replace(/\.heir\..*$/, '');
  return join(
    dirname(path),
    `${base}.heir.${createHash('sha256').update(record).digest('hex').slice(0, 32)}`,
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

/** undefined for anything that no sentinelctl wrote: held by nobody, so it can be inherited like a dead one's. */
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
    why: `it holds the lock since ${holder.since}`,
    hint: `wait until it ends, or end it with: kill ${pid}`,
  });
}
