import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpath, stat } from 'node:fs/promises';
import { failed, messageOf, refused } from '../../errors.js';
import { readIfThere, writeAtomically } from '../../host/files.js';
import { ownUid } from '../../host/server-life.js';
import type { AttachedNode } from '../attached-host.js';
import type { ConfEdit } from '../node-host.js';
import type { LocalRecord } from './local-record.js';

/** The file that it is started from. Throws `not-possible-here` (3) where it could not be started as it was. */
export async function requireReturn(
  { id, kind, endpoint }: AttachedNode,
  { conf, uid, program }: LocalRecord,
): Promise<string> {
  const us = ownUid();
  const why =
    conf === null
      ? 'it runs without a configuration file: its arguments are not known, so it could not be started again as it was'
      : us !== 0 && us !== uid
        ? `it runs as user ${uid}: run sentinelctl as that user, or as root`
        : whyNotFrom(await readIfThere(conf), conf, kind === 'sentinel' ? 26379 : 6379, endpoint.port);
  if (conf !== null && why === null) return conf;
  throw refused('not-possible-here', `${id} cannot be ended and started again by sentinelctl`, {
    why: `${why} (${program})`,
  });
}

/**
 * Why a file is not what a server was started with: its title hides its arguments, but the port that it listens on is
 * known. Null where nothing speaks against it, as in a file that includes others.
 */
function whyNotFrom(text: string | undefined, path: string, usual: number, port: number): string | null {
  if (text === undefined) return `its configuration file no longer exists: ${path}`;
  if (/^\s*include\s/im.test(text)) return null;
  const named = [...text.matchAll(/^\s*(port|tls-port)\s+"?(\d+)"?/gim)].map(([, name, n]) => ({
    isPlain: name?.toLowerCase() === 'port',
    port: Number(n),
  }));
  const ports = [...(named.some(({ isPlain }) => isPlain) ? [] : [usual]), ...named.map((one) => one.port)];
  if (ports.includes(port)) return null;
  return `it listens on port ${port}, and its file ${path} says ${ports.filter((n) => n > 0).join(' and ')}: it was started with arguments besides the file, which are not known`;
}

/** Keeps the file's owner, group and mode, and the link to it. */
export async function editInPlace(path: string, edit: ConfEdit): Promise<void> {
  const file = await realpath(path);
  const [text, { uid, gid, mode }] = await Promise.all([readIfThere(file), stat(file)]);
  await writeAtomically(file, edit(text ?? ''), mode & 0o777, { owner: { uid, gid } });
}

/** Returns when it was spawned, before it answers. It outlives this command. Throws `start-failed` (1). */
export async function launch(
  node: AttachedNode,
  record: LocalRecord,
  conf: string,
): Promise<{ hasFailed(): boolean; end(): boolean }> {
  const isOther = ownUid() !== record.uid;
  try {
    const child = spawn(record.program, node.kind === 'sentinel' ? [conf, '--sentinel'] : [conf], {
      argv0: record.name,
      cwd: record.cwd,
      detached: true,
      stdio: 'ignore',
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C' },
      ...(isOther && { uid: record.uid, gid: record.gid }),
    });
    await once(child, 'spawn');
    child.unref();
    // One that becomes a daemon ends with 0 as soon as it has.
    return {
      hasFailed: () => child.signalCode !== null || (child.exitCode !== null && child.exitCode !== 0),
      end: () => child.exitCode === null && child.signalCode === null && child.kill('SIGKILL'),
    };
  } catch (error) {
    throw failed('start-failed', `${node.id} did not start: cannot run ${record.program}`, {
      why: messageOf(error),
      cause: error,
    });
  }
}
