import { refused } from '../../errors.js';
import { endProcess, killProcess, suspendProcess } from '../../host/end-process.js';
import { readIfThere, writeAtomically } from '../../host/files.js';
import { viewProcess } from '../../host/process-identity.js';
import { lifeOfProcess } from '../../host/server-life.js';
import { signalProcess } from '../../host/signal.js';
import type { Life } from '../../model/gathered.js';
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
import { needBinary } from './binary.js';
import { startDaemon } from './daemon.js';
import { probeLinks } from './links.js';
import { blockDump } from './node-files.js';
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
