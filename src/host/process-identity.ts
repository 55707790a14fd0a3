import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pid as ownPid, platform } from 'node:process';
import { promisify } from 'node:util';
import { errnoOf } from '../errors.js';

/**
 * The identity of a process. A pid alone is not enough: the kernel reuses it. Plain data, so that it can be stored and
 * read by a later command.
 */
export interface ProcessIdentity {
  pid: number;
  /** When it started, as the system tells it; only equality has a meaning. */
  startTime: string;
  /** Its arguments, joined by spaces. */
  command: string;
}

/** A living process as it is now. */
export interface ProcessView extends ProcessIdentity {
  /** Suspended by SIGSTOP or by a debugger. */
  stopped: boolean;
}

/**
 * The process that has this pid now; undefined where there is none, or only a zombie waiting for its parent. One of whose
 * threads some have ended has no command.
 */
export async function viewProcess(pid: number): Promise<ProcessView | undefined> {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return platform === 'linux' ? viewByProc(pid) : viewByPs(pid);
}

/** The identity of the process that has this pid now; undefined where none is alive. */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const view = await viewProcess(pid);
  return view && { pid: view.pid, startTime: view.startTime, command: view.command };
}

/** The identity of this process. */
export async function ownIdentity(): Promise<ProcessIdentity> {
  const self = await identify(ownPid);
  if (self === undefined) throw new Error('the identity of this process cannot be read');
  return self;
}

/**
 * True when both are the same process: pid, start time and command line.
 * @internal Tested with identities that one machine does not have at once.
 */
export function sameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.pid === b.pid && a.startTime === b.startTime && a.command === b.command;
}

/** Whether this process is still alive. A zombie is not. */
export async function isAlive(identity: ProcessIdentity): Promise<boolean> {
  const now = await viewProcess(identity.pid);
  return now !== undefined && sameProcess(now, identity);
}

/**
 * State, number of threads and start time out of `/proc/PID/stat`: fields 3, 20 and 22, the last in clock ticks since
 * boot (proc(5)). Counted from the last parenthesis, because field 2, the name, may hold spaces and parentheses itself.
 * @internal Tested with the lines of other processes.
 */
export function parseStat(stat: string): { state: string; threads: number; startTicks: string } | undefined {
  const fields = stat
    .slice(stat.lastIndexOf(')') + 1)
    .trim()
    .split(/\s+/);
  const [state, threads, startTicks] = [fields[0], fields[17], fields[19]];
  if (state === undefined || startTicks === undefined) return undefined;
  return { state, threads: Number(threads), startTicks };
}

/**
 * One line of `ps -o state=,lstart=,command=`: `S+ Sat Nov 22 13:03:05 2025 redis-server /x/redis.conf` (ps(1)).
 * @internal Tested with the lines of systems without /proc.
 */
export function parsePsLine(pid: number, line: string): ProcessView | undefined {
  const match = /^\s*(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\d{4})\s+(.*?)\s*$/.exec(line);
  const [, state, startTime, command] = match ?? [];
  if (state === undefined || startTime === undefined || command === undefined) return undefined;
  if (state.startsWith('Z')) return undefined;
  return { pid, startTime: startTime.replace(/\s+/g, ' '), command, stopped: state.startsWith('T') };
}

/** The arguments in `/proc/PID/cmdline`: each one ends with a NUL. */
export const parseCmdline = (cmdline: string): string => cmdline.replace(/\0+$/, '').replaceAll('\0', ' ');

async function viewByProc(pid: number): Promise<ProcessView | undefined> {
  // A process in trouble may hold the lock of its memory, which its command line is in: that one may take its time.
  const reading = readFile(`/proc/${pid}/cmdline`, 'utf8').catch(undefinedIfGone);
  const [stat, cmdline] = [readProc(`${pid}/stat`), await reading];
  const parsed = stat === undefined ? undefined : parseStat(stat);
  if (parsed === undefined || cmdline === undefined || isOver(parsed)) return undefined;
  return {
    pid,
    // Ticks and pids restart with each boot: without the boot's id a reboot could repeat both.
    startTime: `${bootId()}:${parsed.startTicks}`,
    command: parseCmdline(cmdline),
    stopped: parsed.state === 'T' || parsed.state === 't',
  };
}

/**
 * A zombie with more than one thread is none yet: after SIGKILL its other threads may still be on their way out, and
 * hold its ports and files until they are (measured: one redis-server of four on a busy machine).
 */
const isOver = ({ state, threads }: { state: string; threads: number }): boolean =>
  state === 'X' || (state === 'Z' && !(threads > 1));

/** ESRCH: the process ended while its file was open. */
const GONE = new Set(['ENOENT', 'ESRCH', 'EACCES', 'EPERM']);

function undefinedIfGone(error: unknown): undefined {
  if (!GONE.has(errnoOf(error) ?? '')) throw error;
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch (error) {
    return undefinedIfGone(error);
  }
}

let boot: string | undefined;
function bootId(): string {
  boot ??= readProc('sys/kernel/random/boot_id')?.trim() ?? '';
  return boot;
}

/** For `ps`: times in UTC and in English. */
export const PS_ENV = { LC_ALL: 'C', TZ: 'UTC', PATH: '/bin:/usr/bin' };

async function viewByPs(pid: number): Promise<ProcessView | undefined> {
  const args = ['-ww', '-o', 'state=,lstart=,command=', '-p', String(pid)];
  try {
    const { stdout } = await promisify(execFile)('ps', args, { env: PS_ENV });
    return parsePsLine(pid, stdout);
  } catch (error) {
    // ps exits 1 for an unused pid; anything with an errno name means that ps itself is missing.
    if (errnoOf(error) === undefined) return undefined;
    throw error;
  }
}
