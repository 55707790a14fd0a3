import { errnoOf } from '../../errors.js';
import { unusable } from '../../host/files.js';
import { type ReservedPort, releaseAll } from '../../host/ports.js';
import type { Env } from '../driver.js';
import type { Located } from './binary.js';
import { type NodeFiles, nodeFiles } from './node-files.js';
import { type Found, findServer } from './ownership.js';
import type { ProcessSettings } from './settings.js';

/** What the host and the provisioner of one cluster share: its directory, the binary, the settings. */
export class ProcessSession {
  /** The cluster's directory, in its canonical spelling. */
  readonly dir: string;
  readonly env: Env;
  readonly located: Located;
  /** Replaced by the layout, which chooses loopback addresses. */
  settings: ProcessSettings;
  /** By node: its port, from its choice until its server starts. */
  readonly #reserved = new Map<string, ReservedPort>();

  constructor({ dir, env }: { dir: string; env: Env }, located: Located, settings: ProcessSettings) {
    this.dir = dir;
    this.env = env;
    this.located = located;
    this.settings = settings;
  }

  /** Throws `no-such-node` (3) for an invalid id. */
  filesOf(id: string): NodeFiles {
    return nodeFiles(this.dir, id);
  }

  reserve(id: string, port: ReservedPort): void {
    this.#reserved.set(id, port);
  }

  /** Lets the server of a node have its port; nothing where none is reserved for it. */
  async releasePort(id: string): Promise<void> {
    await this.#reserved.get(id)?.release();
    this.#reserved.delete(id);
  }

  /** Releases the ports of the nodes that were not started. */
  async close(): Promise<void> {
    await releaseAll(this.#reserved.values());
    this.#reserved.clear();
  }

  /** What is recorded of a node, and its server where one is alive. */
  find(files: NodeFiles): Promise<Found> {
    return this.guard(() => findServer(files, this.located.path));
  }

  /** Runs `work`; an error of the file system becomes an OperatorError (3). */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw this.explain(error);
    }
  }

  explain(error: unknown): unknown {
    return errnoOf(error) === undefined ? error : unusable(this.dir, error);
  }
}
