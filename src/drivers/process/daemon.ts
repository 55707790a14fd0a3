import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { systemClock } from '../../clock.js';
import { errnoOf, messageOf, notRestored, type OperatorError, unreachable } from '../../errors.js';
import { identify, type ProcessIdentity, viewProcess } from '../../host/process-identity.js';
import { signalProcess } from '../../host/signal.js';
import { withPrivateUmask } from '../../host/umask.js';
import { until } from '../../until.js';
import type { DriverContext } from '../driver.js';
import { INSTALL } from './binary.js';
import type { NodeFiles } from './node-files.js';
import { writeRecord } from './record.js';
import { serverEnv } from './server-env.js';

/** How often a process is looked at while it goes, in milliseconds. */
const LOOK_EVERY_MS = 5;
/** How long a process may take to obey a signal that it can't catch, in milliseconds. */
const KERNEL_DEADLINE_MS = 10_000;

/**
 * Starts a node's server as a daemon of its own session, which outlives this command, and writes down who it is.
 * Throws `no-redis-server` (5) when the binary can't be run.
 */
export async function startDaemon(
  files: NodeFiles,
  binary: string,
  env: DriverContext['env'],
): Promise<void> {
  // From here on a later command knows that it may have to look for a server that nobody wrote down.
  await writeRecord(files, { state: 'starting' });
  await rm(files.pidfile, { force: true });
  const pid = await spawnDetached(files, binary, env);
  // The spawn reports back only after exec, so that the command line is the server's. A server that is gone already
  // is written down too, as one that can't be alive.
  const identity = (await identify(pid)) ?? { pid, startTime: '', command: '' };
  await writeRecord(files, { state: 'started', server: identity });
}

async function spawnDetached(files: NodeFiles, binary: string, env: DriverContext['env']): Promise<number> {
  // A server that dislikes its configuration says so before it opens its log.
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
    throw errnoOf(error) === undefined ? error : cantRun(binary, error);
  } finally {
    await log.close();
  }
}

function cantRun(binary: string, error: unknown): OperatorError {
  return unreachable('no-redis-server', `can't run ${binary}`, {
    why: messageOf(error),
    hint: INSTALL,
    cause: error,
  });
}

/** SIGTERM, and SIGKILL for a server that still runs after `graceMs`; works on a paused one. Returns once it is gone. */
export async function endDaemon(server: ProcessIdentity, graceMs: number): Promise<void> {
  await signalProcess(server, 'SIGTERM');
  // A paused server acts on the first signal when it goes on, before it can serve anybody again.
  await signalProcess(server, 'SIGCONT');
  if (!(await goneWithin(server, graceMs))) await killDaemon(server);
}

/** SIGKILL; returns once the process is gone. Throws `not-killed` (4) when it doesn't go. */
export async function killDaemon(server: ProcessIdentity): Promise<void> {
  await signalProcess(server, 'SIGKILL');
  if (await goneWithin(server, KERNEL_DEADLINE_MS)) return;
  throw notRestored('not-killed', `pid ${server.pid} did not end after SIGKILL`, {
    why: 'it hangs in the kernel, most often on a disk or a network file system',
    hint: `ps -o state,wchan,command -p ${server.pid}`,
  });
}

/** SIGSTOP or SIGCONT; returns once the process is stopped, or runs. False when it is gone. */
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

async function goneWithin(server: ProcessIdentity, deadlineMs: number): Promise<boolean> {
  // Pid and start time are enough here: the command line of a process that is about to go may be empty already.
  const gone = await until(
    async () => ((await viewProcess(server.pid))?.startTime === server.startTime ? undefined : true),
    {
      clock: systemClock,
      everyMs: LOOK_EVERY_MS,
      deadlineMs,
    },
  );
  return gone === true;
}
