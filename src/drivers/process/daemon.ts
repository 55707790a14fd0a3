import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { errnoOf, messageOf, type OperatorError, unreachable } from '../../errors.js';
import { withPrivateUmask } from '../../host/files.js';
import { identify } from '../../host/process-identity.js';
import type { Env } from '../driver.js';
import { INSTALL, serverEnv } from './binary.js';
import type { NodeFiles } from './node-files.js';
import { writeRecord } from './record.js';

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
