import { execFile } from 'node:child_process';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { platform } from 'node:process';
import { promisify } from 'node:util';
import { PS_ENV, parseCmdline } from './process-identity.js';

export interface ListedProcess {
  pid: number;
  /** Its arguments, joined by spaces; empty for a kernel thread or a zombie. */
  command: string;
}

/** Every process whose command line can be read. Costs milliseconds: for exceptions, not for each look. */
export function listProcesses(): Promise<ListedProcess[]> {
  return platform === 'linux' ? listByProc() : listByPs();
}

/**
 * Whether a process sees the same files under the same names as this one. One in a container doesn't, though the
 * machine's process list shows it: its /root/x is another file than ours. Always true outside Linux.
 */
export const seesSameFiles = (pid: number): Promise<boolean> => sharesNamespace(pid, 'mnt');

async function sharesNamespace(pid: number, kind: 'mnt' | 'net'): Promise<boolean> {
  if (platform !== 'linux') return true;
  const [theirs, ours] = await Promise.all(
    [String(pid), 'self'].map((name) => readlink(`/proc/${name}/ns/${kind}`).catch(() => undefined)),
  );
  return theirs !== undefined && theirs === ours;
}

/** Whether a process has the ports of this one: one in another network namespace has its own. Always true outside Linux. */
export const sharesPorts = (pid: number): Promise<boolean> => sharesNamespace(pid, 'net');

async function listByProc(): Promise<ListedProcess[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  return Promise.all(
    pids.map(async (name) => ({
      pid: Number(name),
      // Gone in the meantime, or another user's: nothing to read.
      command: parseCmdline(await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')),
    })),
  );
}

async function listByPs(): Promise<ListedProcess[]> {
  const args = ['-axww', '-o', 'pid=,command='];
  const { stdout } = await promisify(execFile)('ps', args, { env: PS_ENV, maxBuffer: 64 * 1024 * 1024 });
  return stdout.split('\n').flatMap((line) => {
    const [, pid, command] = /^\s*(\d+)\s+(.*?)\s*$/.exec(line) ?? [];
    return pid === undefined || command === undefined ? [] : [{ pid: Number(pid), command }];
  });
}
