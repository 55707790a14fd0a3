import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, rm } from 'node:fs/promises';
import { errnoOf, messageOf, type OperatorError, refused, unreachable } from '../../errors.js';
import { endProcess, killProcess, suspendProcess } from '../../host/end-process.js';
import { readIfThere, withPrivateUmask, writeAtomically } from '../../host/files.js';
import { identify, viewProcess } from '../../host/process-identity.js';
import { lifeOfProcess } from '../../host/server-life.js';
import { signalProcess } from '../../host/signal.js';
import type { Life } from '../../model/gathered.js';
import type { Env } from '../driver.js';
import type { LinksProbe } from '../links.js';
import {
  CAN_DO_ALL,
  type ConfEdit,
  type LogLine,
  type LogOptions,
  type NodeHost,
  type NodeInspection,
  type StopOptions,
} from '../node-host.js';
import { readLog } from '../server-log.js';
import { INSTALL, needBinary, serverEnv } from './binary.js';
import { probeLinks } from './links.js';
import { blockDump, type NodeFiles } from './node-files.js';
import { writeRecord } from './record.js';
import type { ProcessSession } from './session.js';

/** The life of nodes that are daemons on this machine. */
export class ProcessHost implements NodeHost {
  readonly can = CAN_DO_ALL;
  readonly requireAble = async (): Promise<void> => {};
  readonly #session: ProcessSession;

  constructor(session: ProcessSession) {
    this.#session = session;
  }

  start(id: string, edit?: ConfEdit): Promise<void> {
    const session = this.#session;
    const files = session.filesOf(id);
    return session.guard(async () => {
      if ((await session.find(files)).server !== undefined) return;
      const conf = await readIfThere(files.conf);
      if (conf === undefined) {
        throw refused('no-such-node', `${id} has no files: it was never created, or was removed`, {
          hint: 'sentinelctl up',
        });
      }
      const binary = needBinary(session.located);
      if (edit !== undefined) await writeAtomically(files.conf, edit(conf), 0o600);
      await session.releasePort(id);
      await startDaemon(files, binary, session.env);
    });
  }

  async stop(id: string, { graceMs }: StopOptions): Promise<void> {
    const { server } = await this.#find(id);
    if (server !== undefined) await endProcess(server, graceMs);
  }

  async kill(id: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { server } = await this.#find(id);
    if (server === undefined) return;
    if (signal === 'SIGKILL') await killProcess(server);
    else await signalProcess(server, signal);
  }

  pause(id: string): Promise<void> {
    return this.#suspend(id, true);
  }

  resume(id: string): Promise<void> {
    return this.#suspend(id, false);
  }

  async inspect(id: string): Promise<NodeInspection> {
    const { record, server } = await this.#find(id);
    const view = server === undefined ? undefined : await viewProcess(server.pid);
    if (view !== undefined) {
      return { state: view.stopped ? 'paused' : 'running', detail: `pid ${view.pid}` };
    }
    if ((await this.readConf(id)) === undefined) {
      return { state: 'absent', detail: `no files in ${this.#session.filesOf(id).dir}` };
    }
    if (record?.state === 'started') return { state: 'exited', detail: `was pid ${record.server.pid}` };
    return { state: 'created', detail: 'never started' };
  }

  async life(id: string): Promise<Life | undefined> {
    const { server } = await this.#find(id);
    if ((await this.readConf(id)) === undefined) return undefined;
    return lifeOfProcess({ pid: server?.pid ?? null, conf: this.#session.filesOf(id).conf });
  }

  async blockDump(id: string, blocked: boolean): Promise<void> {
    const files = this.#session.filesOf(id);
    await this.#session.guard(() => blockDump(files, blocked));
  }

  async readConf(id: string): Promise<string | undefined> {
    const { conf } = this.#session.filesOf(id);
    return this.#session.guard(() => readIfThere(conf));
  }

  async *logs(id: string, options?: LogOptions): AsyncGenerator<LogLine> {
    try {
      yield* readLog(id, this.#session.filesOf(id).log, options);
    } catch (error) {
      throw this.#session.explain(error);
    }
  }

  /** Loopback addresses are reachable from this machine. */
  async routable(): Promise<boolean> {
    return true;
  }

  links(): Promise<LinksProbe> {
    return probeLinks(this.#session.dir, this.#session.settings, (id) => this.readConf(id));
  }

  async #find(id: string): ReturnType<ProcessSession['find']> {
    return this.#session.find(this.#session.filesOf(id));
  }

  async #suspend(id: string, stopped: boolean): Promise<void> {
    const { server } = await this.#find(id);
    if (server !== undefined && (await suspendProcess(server, stopped))) return;
    throw refused(
      'node-not-running',
      `${id} cannot be ${stopped ? 'paused' : 'resumed'}: it is not running`,
      {
        hint: `sentinelctl start ${id}`,
      },
    );
  }
}

/**
 * Starts a node's server as a daemon of its own session, which outlives this command, and records its identity.
 * Throws `no-redis-server` (5) when the binary cannot be run.
 */
async function startDaemon(files: NodeFiles, binary: string, env: Env): Promise<void> {
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
