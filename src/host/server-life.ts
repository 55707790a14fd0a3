import { stat, statfs } from 'node:fs/promises';
import { hostname, networkInterfaces } from 'node:os';
import { dirname } from 'node:path';
import { getuid, platform } from 'node:process';
import type { Life } from '../model/gathered.js';
import { readIfThere } from './files.js';
import { listensOn } from './port-holder.js';
import { seesSameFiles } from './process-list.js';

/** What identifies a server on this machine. */
export interface LocalServer {
  /** null where it does not run. */
  pid: number | null;
  /** Its configuration file, absolute; null where it has none. */
  conf: string | null;
}

/** This machine, as `Life` names it. */
const thisHost = (): string => `host ${hostname()}`;

/** Whether an address is one of this machine's own. */
export function isLocal(host: string): boolean {
  if (host === 'localhost' || host === '::1' || host.startsWith('127.')) return true;
  return Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === host));
}

/** The process of a server on this machine. Unknown values are null. */
export async function lifeOfProcess({ pid, conf }: LocalServer): Promise<Life> {
  const [inode, mounts] = await Promise.all([
    conf === null ? null : stat(conf).catch(() => null),
    readMounts(pid),
  ]);
  return {
    kind: 'process',
    confInode: inode === null ? null : `${inode.dev}:${inode.ino}`,
    confIsFileMount: conf === null || mounts === null ? null : mounts.some((m) => m.at === conf),
    dirWritable: conf === null ? null : await mayWrite(dirname(conf), pid, mounts),
    ...(conf !== null && (await isFull(dirname(conf), pid)) && { dirFull: true }),
    restartPolicy: null,
    stopTimeoutS: null,
    addressPinned: null,
    oomKilled: null,
    memoryLimitBytes: null,
    hostKey: thisHost(),
  };
}

/**
 * Whether the process that has this pid listens on the port, and sees the files that we see: a server that says its
 * own pid may live in a container, or on another machine, where the same pid is another process.
 */
export async function isServerHere(pid: number, port: number): Promise<boolean> {
  if (platform !== 'linux' || !Number.isSafeInteger(pid) || pid <= 0) return false;
  return (await listensOn(pid, port)) && (await seesSameFiles(pid));
}

interface Mount {
  at: string;
  readOnly: boolean;
}

/** `/proc/PID/mountinfo`: id, parent, device, root, mount point, options … (proc(5)). null outside Linux. */
async function readMounts(pid: number | null): Promise<Mount[] | null> {
  const text = await readIfThere(`/proc/${pid ?? 'self'}/mountinfo`).catch(() => undefined);
  if (text === undefined) return null;
  return text.split('\n').flatMap((line) => {
    const [, , , , at, options] = line.split(' ');
    if (at === undefined || options === undefined) return [];
    // Spaces and the like in a path are octal: \040.
    const path = at.replace(/\\(\d{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    return [{ at: path, readOnly: options.split(',').includes('ro') }];
  });
}

/** By owner, group and mode, as the process's user; root may write wherever the file system is writable. */
async function mayWrite(dir: string, pid: number | null, mounts: Mount[] | null): Promise<boolean | null> {
  const holding = mounts
    ?.filter(({ at }) => at === '/' || dir === at || dir.startsWith(`${at}/`))
    .sort((a, b) => b.at.length - a.at.length)[0];
  if (holding?.readOnly === true) return false;
  const [owner, who] = await Promise.all([stat(dir).catch(() => null), userOf(pid)]);
  if (owner === null || who === null) return null;
  if (who.uid === 0) return true;
  const bits = who.uid === owner.uid ? 0o300 : who.gids.includes(owner.gid) ? 0o030 : 0o003;
  return (owner.mode & bits) === bits;
}

/** Whether no block or no inode is left; root may use what is reserved. */
async function isFull(dir: string, pid: number | null): Promise<boolean> {
  const [disk, who] = await Promise.all([statfs(dir).catch(() => null), userOf(pid)]);
  if (disk === null || disk.blocks === 0) return false;
  const free = who?.uid === 0 ? disk.bfree : disk.bavail;
  return free === 0 || (disk.files > 0 && disk.ffree === 0);
}

/** Effective user and groups out of `/proc/PID/status`: `Uid:` real, effective, saved, file system (proc(5)). */
export async function userOf(pid: number | null): Promise<{ uid: number; gids: number[] } | null> {
  if (pid === null) return null;
  const text = (await readIfThere(`/proc/${pid}/status`).catch(() => undefined)) ?? '';
  const numbers = (name: string): number[] =>
    (new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(text)?.[1] ?? '').split(/\s+/).filter(Boolean).map(Number);
  const [, uid] = numbers('Uid');
  const [, gid] = numbers('Gid');
  return uid === undefined || gid === undefined ? null : { uid, gids: [gid, ...numbers('Groups')] };
}

/** The user of this process; undefined where the system has none. */
export const ownUid = (): number | undefined => getuid?.();
