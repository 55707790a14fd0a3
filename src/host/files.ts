import { randomBytes } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { chmod, chown, mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { umask } from 'node:process';
import { errnoOf, messageOf, OperatorError, refused } from '../errors.js';

/**
 * Replaces a file as a whole: a reader sees the old text or the new one, never a part, even after a power failure.
 * `mode` is the mode of the new file. `durable: false` does not wait for the disk, for data that a power failure makes
 * useless anyway. `owner`: user and group of the new file; absent: those of this process. Throws Node's own errors.
 */
export async function writeAtomically(
  path: string,
  text: string,
  mode: number,
  { durable = true, owner }: { durable?: boolean; owner?: { uid: number; gid: number } } = {},
): Promise<void> {
  const temporary = temporaryBeside(path);
  try {
    await writeNew(temporary, text, mode, durable);
    if (owner !== undefined) {
      const { uid, gid } = await stat(temporary);
      if (uid !== owner.uid || gid !== owner.gid) await chown(temporary, owner.uid, owner.gid);
    }
    await rename(temporary, path);
    if (durable) await syncDirectory(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}

/** Creates a file that must not exist yet; where `durable`, returns when it is on the disk. */
export async function writeNew(path: string, text: string, mode: number, durable: boolean): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(text);
    if (durable) await file.sync();
  } finally {
    await file.close();
  }
}

/** A unique name in the same directory. */
export const temporaryBeside = (path: string): string => `${path}.${randomBytes(8).toString('hex')}.tmp`;

/**
 * The text of a small file; undefined where it does not exist. Throws Node's own errors for everything else. Read
 * synchronously, not by Node's thread pool: for 45 small files, which `doctor` reads, that takes 4 ms of a processor instead of 25.
 */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** What changes whenever a file is replaced or written to; undefined where it cannot be looked at. */
export function stampOf(path: string): string | undefined {
  try {
    const { ino, ctimeNs, size } = statSync(path, { bigint: true });
    return `${ino}-${ctimeNs}-${size}`;
  } catch {
    return undefined;
  }
}

/**
 * Creates a directory and those above it that are missing, one at a time; answers the uppermost one that it created,
 * undefined where all of them existed. Node's own `recursive` never returns where mkdir says ENOENT in a directory that
 * exists, as it does in /proc. Throws Node's own errors.
 */
export async function makeDirectories(path: string, mode = 0o777): Promise<string | undefined> {
  try {
    return (await isNewDirectory(path, mode)) ? path : undefined;
  } catch (error) {
    const parent = dirname(resolve(path));
    if (errnoOf(error) !== 'ENOENT' || parent === resolve(path)) throw error;
    const first = await makeDirectories(parent, mode);
    return (await isNewDirectory(path, mode)) ? (first ?? path) : first;
  }
}

/** Creates one directory; false where it exists. */
async function isNewDirectory(path: string, mode: number): Promise<boolean> {
  try {
    await mkdir(path, { mode });
    return true;
  } catch (error) {
    if (await isDirectory(path)) return false;
    throw error;
  }
}

const isDirectory = (path: string): Promise<boolean> =>
  stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );

/**
 * Creates a directory, and its parents, that only its owner may enter; restricts an existing one. True when it did not
 * exist. Throws Node's own errors.
 */
export async function makePrivateDirectory(path: string): Promise<boolean> {
  const made = await makeDirectories(path, 0o700);
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) await chmod(path, 0o700);
  return made !== undefined;
}

/**
 * The canonical absolute path, symbolic links resolved as far as it exists: a stored path must be recognized by a later
 * command that spells it differently.
 */
export async function canonicalPath(path: string): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch (error) {
    const parent = dirname(absolute);
    if (errnoOf(error) !== 'ENOENT' || parent === absolute) return absolute;
    return join(await canonicalPath(parent), basename(absolute));
  }
}

/** An error of the file system below sentinelctl's directory, for an operator (3). */
export function unusable(path: string, error: unknown): OperatorError {
  if (error instanceof OperatorError) return error;
  return refused('state-directory', `cannot use ${path}`, {
    why: messageOf(error),
    hint: 'make it writable, or point SENTINELCTL_HOME at a directory that is',
    cause: error,
  });
}

/** The new name must reach the disk too. Some file systems cannot sync a directory, and do not need it. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EPERM', 'EISDIR'].includes(errnoOf(error) ?? '')) throw error;
  } finally {
    await directory.close();
  }
}

/**
 * Runs `work`, which must be synchronous, with a umask that makes new files private, also those of a process spawned in
 * it: Redis rewrites its configuration, passwords included, with mode 0644 minus its umask.
 */
export function withPrivateUmask<T>(work: () => T): T {
  const before = umask(0o077);
  try {
    return work();
  } finally {
    umask(before);
  }
}

const LINE_BREAK = 0x0a;

/**
 * Appends one line to a file, created if needed; on the disk when this resolves. An unfinished line of an earlier writer
 * stays on a line of its own. Throws Node's own errors.
 */
export async function appendLine(path: string, line: string, mode: number): Promise<void> {
  const made = await isAbsent(path);
  const file = await open(path, 'a+', mode);
  try {
    const { size } = await file.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    const broken = size > 0 && last[0] !== LINE_BREAK;
    await file.appendFile(`${broken ? '\n' : ''}${line}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
  if (made) await syncDirectory(dirname(path));
}

async function isAbsent(path: string): Promise<boolean> {
  try {
    await stat(path);
    return false;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return true;
    throw error;
  }
}

/**
 * Removes a directory and what is in it, where there is one. The child of a server that was ended may still write its
 * snapshot into it (ENOTEMPTY): then it is removed again, for at most some seconds.
 */
export const removeTree = (path: string): Promise<void> =>
  rm(path, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
