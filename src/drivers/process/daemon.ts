import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { systemClock } from '../../clock.js';
import { errnoOf, messageOf, notRestored, type OperatorError, unreachable } from '../../errors.js';
import { withPrivateUmask } from '../../host/files.js';
import { identify, type ProcessIdentity, viewProcess } from '../../host/process-identity.js';
import { goneWithin, signalProcess } from '../../host/signal.js';
import { until } from '../../until.js';
import type { Env } from '../driver.js';
import { INSTALL, serverEnv } from './binary.js';
import type { NodeFiles } from './node-files.js';
import { writeRecord } from './record.js';

/** How long a process may take to obey a signal that it cannot catch, in milliseconds. */
const KERNEL_DEADLINE_MS = 10_000;

/**
 * Starts a node's server as a daemon of its own session, which outlives this command, and records its identity.
 * Throws `no-redis-server` (5) when the binary cannot be run.
 */
export async function startDaemon(files: NodeFiles, binary: string, env: Env): Promise<void> {
  // From here on a later command knows that it may have to search for a server that was not recorded.
  await writeRecord(files, { state: 'starting' });
  await rm(files.pidfile, { force: true });
  const pid = await spawnDetached(files, binary, env);
  // 'spawn' is emitted after exec, so the command line is already the server's. A server that has already exited is
  // recorded too, as one that cannot be alive.
  const identity = (await identify(pid)) ?? { pid, startTime: '', command: '' };
  await writeRecord(files, { state: 'started', server: identity });
}

async function spawnDetached(files: NodeFiles, binary: string, env: Env): Promise<number> {
  // A server that rejects its configuration prints that before it opens its log.
  const log = await open(files.log, 'a', 0o600);
  try {
    const args = files.kind === 'sentinel' ? [files.conf, '--sentinel'] : [files.conf];
    const child = withPrivateUmask(() =>
      spawn(binary, args, {
        cwd: files.dir,
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
        env: serverEnv(env),
      }),
    );
    await once(child, 'spawn');
    child.unref();
    if (child.pid === undefined) throw new Error(`${files.id} was spawned without a pid`);
    return child.pid;
  } catch (error) {
    throw errnoOf(error) === undefined ? error : cannotRun(binary, error);
  } finally {
    await log.close();
  }
}

function cannotRun(binary: string, error: unknown): OperatorError {
  return unreachable('no-redis-server', `cannot run ${binary}`, {
    why: messageOf(error),
    hint: INSTALL,
    cause: error,
  });
}

/** SIGTERM, then SIGKILL after `graceMs`; works on a paused server. Returns when it is gone. */
export async function endDaemon(server: ProcessIdentity, graceMs: number): Promise<void> {
  await signalProcess(server, 'SIGTERM');
  // A paused server handles SIGTERM when it continues, before it answers any client.
  await signalProcess(server, 'SIGCONT');
  if (!(await goneWithin(server, graceMs))) await killDaemon(server);
}

/** SIGKILL; returns when the process is gone. Throws `not-killed` (4) when it stays. */
export async function killDaemon(server: ProcessIdentity): Promise<void> {
  await signalProcess(server, 'SIGKILL');
  if (await goneWithin(server, KERNEL_DEADLINE_MS)) return;
  throw notRestored('not-killed', `pid ${server.pid} still exists after SIGKILL`, {
    why: 'it is blocked in the kernel, usually by a disk or a network file system',
    hint: `ps -o state,wchan,command -p ${server.pid}`,
  });
}

/** SIGSTOP or SIGCONT; returns when the process is stopped, or runs. False when it is gone. */
export async function suspendDaemon(server: ProcessIdentity, stopped: boolean): Promise<boolean> {
  if (!(await signalProcess(server, stopped ? 'SIGSTOP' : 'SIGCONT'))) return false;
  const outcome = await until(
    async () => {
      const view = await viewProcess(server.pid);
      if (view === undefined || view.startTime !== server.startTime) return 'gone';
      return view.stopped === stopped ? 'done' : undefined;
    },
    { clock: systemClock, everyMs: 1, deadlineMs: KERNEL_DEADLINE_MS },
  );
  return outcome === 'done';
}
