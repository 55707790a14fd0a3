import { readdir, rm } from 'node:fs/promises';
import { errnoOf, type OperatorError, refused, unreachable } from '../../errors.js';
import { makePrivateDirectory, readIfThere, unusable, writeAtomically } from '../../host/files.js';
import { viewProcess } from '../../host/process-identity.js';
import { lifeOfProcess } from '../../host/server-life.js';
import { signalProcess } from '../../host/signal.js';
import type { Life } from '../../model/gathered.js';
import type { NodePlan, NodeSlot } from '../../model/plan.js';
import type { ClusterSpec } from '../../model/spec.js';
import type { DriverContext } from '../driver.js';
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
import type { NodePaths, Provisioner, Removed } from '../provisioner.js';
import { examineServer, INSTALL, type Located, type ServerVersion } from './binary.js';
import { endDaemon, killDaemon, startDaemon, suspendDaemon } from './daemon.js';
import { blockDump } from './dump.js';
import { layOut } from './layout.js';
import { clearAll, probeLinks } from './links.js';
import { readLog } from './logs.js';
import { chooseNet, loopbackOf } from './loopback.js';
import { type NodeFiles, nodeFiles, nodesDirectory } from './node-files.js';
import { type Found, findServer } from './ownership.js';
import { writeRecord } from './record.js';
import { removeNode, removeNodes } from './removal.js';
import { type ProcessSettings, writeSettings } from './settings.js';

/** The nodes of one cluster as daemons on this machine; `dir` is the cluster's directory, in its canonical spelling. */
export class ProcessDriver implements NodeHost, Provisioner {
  readonly can = CAN_DO_ALL;
  readonly #binary: string | undefined;
  #settings: ProcessSettings;

  constructor(
    readonly dir: string,
    readonly env: DriverContext['env'],
    readonly located: Located,
    settings: ProcessSettings,
  ) {
    this.#binary = located.path;
    this.#settings = settings;
  }

  get settings(): Readonly<Record<string, string>> {
    return {
      ...(this.#binary !== undefined && { redisServer: this.#binary }),
      ...writeSettings(this.#settings),
    };
  }

  async layout(spec: ClusterSpec, slots: NodeSlot[]): Promise<NodePlan[]> {
    if (this.#settings.loopback === 'shared') return layOut(spec, slots);
    const net = this.#settings.net || (await chooseNet(this.dir));
    const { version, engine } = await this.#examine();
    const hasDirective = engine !== 'Redis' || Number(version.split('.')[0]) >= 7;
    this.#settings = { ...this.#settings, net, source: hasDirective ? 'directive' : 'bind' };
    return layOut(spec, slots, (id) => loopbackOf(net, id));
  }

  async prepare(): Promise<void> {
    await this.#examine();
    await this.#guard(() => makePrivateDirectory(nodesDirectory(this.dir)));
  }

  paths(node: NodePlan): NodePaths {
    const { dir, conf, log, pidfile } = nodeFiles(this.dir, node.id);
    const { host } = node.announce;
    const source = this.#settings.source === 'directive' ? host : undefined;
    return { dir, conf, logfile: log, pidfile, bind: host, ...(source !== undefined && { source }) };
  }

  create(node: NodePlan, conf: string): Promise<void> {
    const files = nodeFiles(this.dir, node.id);
    return this.#guard(async () => {
      const isNew = await makePrivateDirectory(files.dir);
      const server = isNew ? undefined : (await this.#find(files)).server;
      if (server !== undefined) {
        throw refused('node-running', `${node.id} can't be made anew: it runs as pid ${server.pid}`, {
          hint: `sentinelctl stop ${node.id}`,
        });
      }
      await writeAtomically(files.conf, conf, 0o600);
      await writeRecord(files, { state: 'created' });
    });
  }

  start(id: string, edit?: ConfEdit): Promise<void> {
    const files = nodeFiles(this.dir, id);
    return this.#guard(async () => {
      if ((await this.#find(files)).server !== undefined) return;
      const conf = await readIfThere(files.conf);
      if (conf === undefined) throw noSuchNode(id);
      const binary = this.#needBinary();
      if (edit !== undefined) await writeAtomically(files.conf, edit(conf), 0o600);
      await startDaemon(files, binary, this.env);
    });
  }

  async stop(id: string, { graceMs }: StopOptions): Promise<void> {
    const { server } = await this.#findById(id);
    if (server !== undefined) await endDaemon(server, graceMs);
  }

  async kill(id: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const { server } = await this.#findById(id);
    if (server === undefined) return;
    if (signal === 'SIGKILL') await killDaemon(server);
    else await signalProcess(server, signal);
  }

  pause(id: string): Promise<void> {
    return this.#suspend(id, true);
  }

  resume(id: string): Promise<void> {
    return this.#suspend(id, false);
  }

  async inspect(id: string): Promise<NodeInspection> {
    const files = nodeFiles(this.dir, id);
    const { record, server } = await this.#findById(id);
    const view = server === undefined ? undefined : await viewProcess(server.pid);
    if (view !== undefined) {
      return { state: view.stopped ? 'paused' : 'running', detail: `pid ${view.pid}` };
    }
    const isThere = (await this.#guard(() => readIfThere(files.conf))) !== undefined;
    if (!isThere) return { state: 'absent', detail: `no files in ${files.dir}` };
    if (record?.state === 'started') return { state: 'exited', detail: `was pid ${record.server.pid}` };
    return { state: 'created', detail: 'never started' };
  }

  async life(id: string): Promise<Life | undefined> {
    const { conf } = nodeFiles(this.dir, id);
    const { server } = await this.#findById(id);
    const isThere = (await this.#guard(() => readIfThere(conf))) !== undefined;
    return isThere ? lifeOfProcess({ pid: server?.pid ?? null, conf }) : undefined;
  }

  blockDump(id: string, blocked: boolean): Promise<void> {
    return this.#guard(() => blockDump(nodeFiles(this.dir, id), blocked));
  }

  readConf(id: string): Promise<string | undefined> {
    return this.#guard(() => readIfThere(nodeFiles(this.dir, id).conf));
  }

  async *logs(id: string, options?: LogOptions): AsyncGenerator<LogLine> {
    try {
      yield* readLog(id, nodeFiles(this.dir, id).log, options);
    } catch (error) {
      throw this.#explain(error);
    }
  }

  remove(id: string, options: { keepData?: boolean } = {}): Promise<Removed> {
    return this.#guard(() => removeNode(nodeFiles(this.dir, id), this.#binary, options.keepData === true));
  }

  removeAll(options: { keepData?: boolean } = {}): Promise<Removed> {
    return this.#guard(async () => {
      await clearAll(this.dir, this.#settings);
      const names = await readdir(nodesDirectory(this.dir)).catch((error: unknown) => {
        if (errnoOf(error) === 'ENOENT') return [];
        throw error;
      });
      const removed = await removeNodes(this.dir, names, this.#binary, options.keepData === true);
      if (options.keepData !== true) await rm(nodesDirectory(this.dir), { recursive: true, force: true });
      return removed;
    });
  }

  async routable(): Promise<boolean> {
    return true;
  }

  links(): Promise<LinksProbe> {
    return probeLinks(this.dir, this.#settings, (id) => this.readConf(id));
  }

  async #suspend(id: string, stopped: boolean): Promise<void> {
    const { server } = await this.#findById(id);
    if (server !== undefined && (await suspendDaemon(server, stopped))) return;
    const verb = stopped ? 'paused' : 'resumed';
    throw refused('node-not-running', `${id} can't be ${verb}: it is not running`, {
      hint: `sentinelctl start ${id}`,
    });
  }

  #findById(id: string): Promise<Found> {
    return this.#guard(() => this.#find(nodeFiles(this.dir, id)));
  }

  #find(files: NodeFiles): Promise<Found> {
    return findServer(files, this.#binary);
  }

  async #examine(): Promise<ServerVersion> {
    const examined = await examineServer(this.#needBinary(), this.env);
    if (!examined.ok) throw noServer(examined.reason);
    return examined.version;
  }

  #needBinary(): string {
    if (this.located.path === undefined) throw noServer(this.located.reason);
    return this.located.path;
  }

  /** Turns what the file system refuses into something an operator can act on. */
  async #guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.#explain(error);
    }
  }

  #explain(error: unknown): unknown {
    return errnoOf(error) === undefined ? error : unusable(this.dir, error);
  }
}

const noServer = (reason: string): OperatorError =>
  unreachable('no-redis-server', 'no server binary that can be used', { why: reason, hint: INSTALL });

const noSuchNode = (id: string): OperatorError =>
  refused('no-such-node', `${id} has no files here: it was never made, or was removed`, {
    hint: 'sentinelctl up',
  });
