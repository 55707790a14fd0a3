import type { Container, ContainerInfo } from 'dockerode';
import { systemClock } from '../../../clock.js';
import { failed, refused } from '../../../errors.js';
import { containerName } from '../../../model/drivers.js';
import { command, recreate } from '../../../model/hints.js';
import { until } from '../../../until.js';
import type { NodeInspection } from '../../node-host.js';
import type { Engine } from '../engine/engine.js';
import { engineError, statusOf } from '../engine/errors.js';
import { isOwnedBy, NODE_LABEL, ofCluster } from './labels.js';

const GONE_WITHIN_MS = 15_000;

/** One cluster on one engine: what everything that touches its nodes works with. */
export interface Connected {
  engine: Engine;
  cluster: string;
  containers: Containers;
}

/** The containers of one cluster, found by label and remembered by the engine's own id. */
export class Containers {
  readonly #engine: Engine;
  readonly #cluster: string;
  readonly #isLabelled: boolean;
  readonly #known = new Map<string, string>();
  #listing: Promise<ContainerInfo[]> | undefined;

  /** `isLabelled` false: those of a cluster that sentinelctl did not create, of which it knows what it was told. */
  constructor(engine: Engine, cluster: string, isLabelled = true) {
    this.#engine = engine;
    this.#cluster = cluster;
    this.#isLabelled = isLabelled;
  }

  remember(node: string, containerId: string): void {
    this.#known.set(node, containerId);
  }

  /** The node's container; undefined where sentinelctl has none for it. */
  async find(node: string): Promise<Container | undefined> {
    const known = this.#known.get(node);
    if (known !== undefined) return this.#engine.api.getContainer(known);
    if (this.#isLabelled) await this.#lookForAll(node);
    const found = this.#known.get(node);
    return found === undefined ? undefined : this.#engine.api.getContainer(found);
  }

  /** Concurrent lookups share one request: the engine takes longer for six requests than for one. */
  async #lookForAll(node: string): Promise<void> {
    this.#listing ??= this.#engine.api
      .listContainers({ all: true, filters: ofCluster(this.#cluster) })
      .catch((error: unknown) => Promise.reject(engineError(error, this.#engine.target, `find ${node}`)))
      .finally(() => {
        this.#listing = undefined;
      });
    for (const { Id, Labels } of await this.#listing) {
      const id = Labels[NODE_LABEL];
      if (id !== undefined && !this.#known.has(id)) this.#known.set(id, Id);
    }
  }

  /**
   * Runs `work` on the node's container; once more when the known container is gone and there is a new one. Undefined
   * where there is none. Errors of the engine become OperatorErrors; `doing` completes "could not …".
   */
  async on<T>(
    node: string,
    doing: string,
    work: (container: Container) => Promise<T>,
  ): Promise<{ value: T } | undefined> {
    for (let attempt = 1; ; attempt++) {
      const container = await this.find(node);
      if (container === undefined) return undefined;
      try {
        return { value: await work(container) };
      } catch (error) {
        if (statusOf(error) !== 404) throw engineError(error, this.#engine.target, doing);
        this.#known.delete(node);
        if (attempt === 2) return undefined;
      }
    }
  }

  /** As `on`, for what makes no sense without the container. Throws `node-absent` (1). */
  async onExisting<T>(node: string, doing: string, work: (container: Container) => Promise<T>): Promise<T> {
    const done = await this.on(node, doing, work);
    if (done !== undefined) return done.value;
    throw failed('node-absent', `could not ${doing}: it has no container`, {
      hint: `${command('status', this.#cluster)} # then, to create what is missing: ${command('up', this.#cluster)}`,
    });
  }

  async inspect(node: string): Promise<NodeInspection> {
    const found = await this.on(node, `inspect ${node}`, async (container) => container.inspect());
    if (found === undefined) return { state: 'absent', detail: 'no container' };
    const { Id, State } = found.value;
    const detail = `container ${Id.slice(0, 12)}`;
    if (State.Paused) return { state: 'paused', detail };
    if (State.Running) return { state: 'running', detail };
    if (State.Status === 'created') return { state: 'created', detail };
    return {
      state: 'exited',
      detail: `${detail}, ${State.OOMKilled ? 'out of memory, ' : ''}exit code ${State.ExitCode}`,
    };
  }

  /** The error for a name that the engine refused because another container has it. */
  async nameTaken(node: string): Promise<Error> {
    const name = containerName(this.#cluster, node);
    const holder = await this.#engine.api
      .getContainer(name)
      .inspect()
      .catch(() => undefined);
    if (isOwnedBy(this.#cluster, holder?.Config.Labels)) {
      return refused('node-exists', `${node} already exists (container ${name})`, {
        hint: recreate(this.#cluster),
      });
    }
    return refused('container-foreign', `the container ${name} exists and was not created by sentinelctl`, {
      hint: '--cluster NAME # another one, or remove that container yourself',
    });
  }

  /** Removes a container with its anonymous volumes; returns when it is gone. False when another process removed it. */
  async discard(container: Container): Promise<boolean> {
    try {
      await container.remove({ force: true, v: true });
      return true;
    } catch (error) {
      if (statusOf(error) === 404) return false;
      // 409: its removal is already in progress.
      if (statusOf(error) !== 409) throw engineError(error, this.#engine.target, 'remove a container');
    } finally {
      for (const [node, id] of this.#known) if (id === container.id) this.#known.delete(node);
    }
    const isGone = (): Promise<true | undefined> =>
      container.inspect().then(
        () => undefined,
        (error: unknown) =>
          statusOf(error) === 404
            ? true
            : Promise.reject(engineError(error, this.#engine.target, 'inspect a container')),
      );
    const gone = await until(isGone, { clock: systemClock, everyMs: 50, deadlineMs: GONE_WITHIN_MS });
    if (gone === undefined)
      throw failed(
        'container-stays',
        `container ${container.id.slice(0, 12)} is being removed and still exists`,
      );
    return false;
  }
}
