import { canConnect } from '../../host/ports.js';
import type { Life } from '../../model/gathered.js';
import type { NodePlan } from '../../model/plan.js';
import type { LinksProbe } from '../links.js';
import {
  CAN_DO_ALL,
  type ConfEdit,
  type LogLine,
  type LogOptions,
  type NodeHost,
  type NodeInspection,
  type ReadConfOptions,
  type StopOptions,
} from '../node-host.js';
import { blockDump, readConf } from './containers/files.js';
import { killNode, nodeLife, pauseNode, resumeNode, startNode, stopNode } from './containers/life.js';
import { readLogs } from './containers/logs.js';
import { probeLinks } from './links/links.js';
import type { DockerSession } from './session.js';

/** The life of nodes that are containers of one engine. */
export class DockerHost implements NodeHost {
  readonly can = CAN_DO_ALL;
  readonly requireAble = async (): Promise<void> => {};
  readonly #session: DockerSession;

  constructor(session: DockerSession) {
    this.#session = session;
  }

  async start(id: string, edit?: ConfEdit): Promise<void> {
    await startNode(await this.#session.connected(), id, edit);
  }

  async stop(id: string, { graceMs }: StopOptions): Promise<void> {
    await stopNode(await this.#session.connected(), id, graceMs);
  }

  async kill(id: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await killNode(await this.#session.connected(), id, signal);
  }

  async pause(id: string): Promise<void> {
    await pauseNode(await this.#session.connected(), id);
  }

  async resume(id: string): Promise<void> {
    await resumeNode(await this.#session.connected(), id);
  }

  async inspect(id: string): Promise<NodeInspection> {
    return (await this.#session.connected()).containers.inspect(id);
  }

  async life(id: string): Promise<Life | undefined> {
    return nodeLife(await this.#session.connected(), id);
  }

  async blockDump(id: string, blocked: boolean): Promise<void> {
    await blockDump(await this.#session.connected(), id, blocked);
  }

  async readConf(id: string, options?: ReadConfOptions): Promise<string | undefined> {
    return readConf(await this.#session.connected(), id, options);
  }

  async *logs(id: string, options: LogOptions = {}): AsyncGenerator<LogLine> {
    yield* readLogs(await this.#session.connected(), id, options);
  }

  routable(node: NodePlan): Promise<boolean> {
    return canConnect(node.announce);
  }

  links(): Promise<LinksProbe> {
    return probeLinks(this.#session);
  }
}
