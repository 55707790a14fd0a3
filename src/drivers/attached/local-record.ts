import { readlink, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makePrivateDirectory, readIfThere, writeAtomically } from '../../host/files.js';
import { type ProcessIdentity, viewProcess } from '../../host/process-identity.js';
import { userOf } from '../../host/server-life.js';
import { processRecordOf, type SaysOfItself } from '../attached-host.js';

/**
 * What is kept of a server of this machine while it runs, so that it can be started again once it is down: read from
 * the process itself, since its title hides its arguments (`set-proc-title`).
 */
export interface LocalRecord {
  version: 1;
  runId: string;
  process: ProcessIdentity;
  /** The program: on Debian redis-server is a link to redis-check-rdb. */
  program: string;
  /** What it was started as: the program decides by this name what it is (server.c, main). */
  name: string;
  /** The absolute path of its configuration file; null where it runs without one. */
  conf: string | null;
  cwd: string;
  /** Its effective user and group. */
  uid: number;
  gid: number;
  /** The systemd unit that it belongs to; null for none. */
  unit: string | null;
}

/** Undefined where the server was never seen running. */
export async function readLocalRecord(dir: string, id: string): Promise<LocalRecord | undefined> {
  const text = await readIfThere(processRecordOf(dir, id));
  if (text === undefined) return undefined;
  const record = JSON.parse(text) as Partial<LocalRecord>;
  return record.version === 1 ? (record as LocalRecord) : undefined;
}

export async function writeLocalRecord(dir: string, id: string, record: LocalRecord): Promise<void> {
  await makePrivateDirectory(dirname(processRecordOf(dir, id)));
  await writeAtomically(processRecordOf(dir, id), `${JSON.stringify(record, null, 2)}\n`, 0o600);
}

/** Reads a running process; undefined where it is gone, or belongs to a user whose processes may not be read. */
export async function examine({ runId, pid, conf }: SaysOfItself): Promise<LocalRecord | undefined> {
  const [view, program, cwd, user] = await Promise.all([
    viewProcess(pid),
    readlink(`/proc/${pid}/exe`).catch(() => undefined),
    readlink(`/proc/${pid}/cwd`).catch(() => undefined),
    userOf(pid),
  ]);
  if (view === undefined || program === undefined || cwd === undefined || user === null) return undefined;
  const { startTime, command } = view;
  const real = program.replace(/ \(deleted\)$/, '');
  const name = /valkey/.test(`${program} ${command}`) ? 'valkey-server' : 'redis-server';
  // By the link that it goes by, so that it has that name again.
  const link = join(dirname(real), name);
  const isLink = (await realpath(link).catch(() => '')) === real;
  return {
    version: 1,
    runId,
    process: { pid, startTime, command },
    // What a package upgrade replaced is started as it is now.
    program: isLink ? link : real,
    name,
    conf,
    cwd,
    uid: user.uid,
    gid: user.gids[0] ?? user.uid,
    unit: unitOf((await readIfThere(`/proc/${pid}/cgroup`).catch(() => undefined)) ?? ''),
  };
}

/** `0::/system.slice/redis-server.service` → `redis-server.service` (cgroups(7)). */
const unitOf = (cgroup: string): string | null =>
  /\/system\.slice\/(?:.*\/)?([^/\n]+\.service)(?:\/|$)/m.exec(cgroup)?.[1] ?? null;
