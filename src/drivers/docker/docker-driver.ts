import type { OnProgress } from '../../model/events.js';
import type { Life } from '../../model/gathered.js';
import type { NodePlan, NodeSlot } from '../../model/plan.js';
import type { ClusterSpec } from '../../model/spec.js';
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
import type { NodePaths, Provisioner, Removed } from '../provisioner.js';
import { pathsOf } from './containers/container-spec.js';
import { Containers, type Link } from './containers/containers.js';
import { blockDump } from './containers/dump.js';
import {
  killNode,
  nodeLife,
  pauseNode,
  readConf,
  resumeNode,
  startNode,
  stopNode,
} from './containers/life.js';
import { readLogs } from './containers/logs.js';
import { makeNode, refuseForeignVolumes } from './containers/making.js';
import { removeCluster, removeNode } from './containers/removal.js';
import { askEngine, type Engine, type EngineFacts } from './engine/engine.js';
import type { Env } from './engine/engine-target.js';
import { engineError } from './engine/errors.js';
import { ensureHostImage } from './image/host-image.js';
import { ensureImage, type ImageFacts, inspectImage } from './image/image.js';
import { layOut } from './layout.js';
import { probeLinks } from './links/links.js';
import { clearOutside } from './links/outside.js';
import { ensureNetwork } from './network/network.js';
import { canConnect } from './network/reach.js';
import { type DockerSettings, HOST_IMAGE, writeSettings } from './settings.js';

/** How long the engine may take to say what it is, in milliseconds. */
const FACTS_MS = 10_000;

/** Nodes as containers of one engine. Made by `dockerDriver.open`. */
export class DockerDriver implements NodeHost, Provisioner {
  readonly can = CAN_DO_ALL;
  readonly #cluster: string;
  readonly #dir: string;
  readonly #env: Env;
  readonly #connect: () => Promise<Engine>;
  #settings: DockerSettings;
  #link: Promise<Link> | undefined;
  #facts: Promise<EngineFacts> | undefined;
  #image: Promise<ImageFacts> | undefined;

  /** `connect` is called by the first method that needs the engine: a driver that is asked nothing costs nothing. */
  constructor(
    cluster: string,
    dir: string,
    env: Env,
    connect: () => Promise<Engine>,
    settings: DockerSettings,
  ) {
    this.#cluster = cluster;
    this.#dir = dir;
    this.#env = env;
    this.#connect = connect;
    this.#settings = settings;
  }

  get settings(): Readonly<Record<string, string>> {
    return writeSettings(this.#settings);
  }

  async layout(spec: ClusterSpec, slots: NodeSlot[]): Promise<NodePlan[]> {
    const { engine } = await this.#linked();
    const facts = await this.#askFacts();
    const { nodes, subnet } = await layOut(engine, facts, this.#cluster, this.#settings, spec, slots);
    this.#settings = { ...this.#settings, subnet };
    return nodes;
  }

  async prepare(nodes: NodePlan[], onProgress: OnProgress, signal?: AbortSignal): Promise<void> {
    const { engine } = await this.#linked();
    await refuseForeignVolumes(engine, this.#cluster, nodes);
    const image = await this.#findImage(onProgress, signal);
    this.#settings = { ...this.#settings, imageRef: image.ref };
    signal?.throwIfAborted();
    const { network, subnet } = this.#settings;
    if (network === 'bridge') await ensureNetwork(engine, this.#cluster, subnet);
  }

  paths(node: NodePlan): NodePaths {
    return pathsOf(node, this.#settings);
  }

  async create(node: NodePlan, conf: string): Promise<void> {
    const image = await this.#findImage(() => {});
    await makeNode(await this.#linked(), node, this.#settings, image, conf);
  }

  async start(id: string, edit?: ConfEdit): Promise<void> {
    await startNode(await this.#linked(), id, edit);
  }

  async stop(id: string, { graceMs }: StopOptions): Promise<void> {
    await stopNode(await this.#linked(), id, graceMs);
  }

  async kill(id: string, signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    await killNode(await this.#linked(), id, signal);
  }

  async pause(id: string): Promise<void> {
    await pauseNode(await this.#linked(), id);
  }

  async resume(id: string): Promise<void> {
    await resumeNode(await this.#linked(), id);
  }

  async inspect(id: string): Promise<NodeInspection> {
    return (await this.#linked()).containers.inspect(id);
  }

  async life(id: string): Promise<Life | undefined> {
    return nodeLife(await this.#linked(), id);
  }

  async blockDump(id: string, blocked: boolean): Promise<void> {
    await blockDump(await this.#linked(), id, blocked);
  }

  async readConf(id: string, options?: ReadConfOptions): Promise<string | undefined> {
    return readConf(await this.#linked(), id, options);
  }

  async *logs(id: string, options: LogOptions = {}): AsyncGenerator<LogLine> {
    yield* readLogs(await this.#linked(), id, options);
  }

  async remove(id: string, { keepData = false }: { keepData?: boolean } = {}): Promise<Removed> {
    return removeNode(await this.#linked(), id, keepData);
  }

  async removeAll({ keepData = false }: { keepData?: boolean } = {}): Promise<Removed> {
    const link = await this.#linked();
    await clearOutside(link.engine, this.#dir, this.#settings);
    return removeCluster(link, keepData);
  }

  routable(node: NodePlan): Promise<boolean> {
    return canConnect(node.announce);
  }

  async links(): Promise<LinksProbe> {
    return probeLinks({
      cluster: await this.#linked(),
      dir: this.#dir,
      settings: this.#settings,
      facts: await this.#askFacts(),
      env: this.#env,
    });
  }

  close(): void {
    this.#link?.then(
      ({ engine }) => engine.close(),
      () => {},
    );
  }

  #linked(): Promise<Link> {
    const cluster = this.#cluster;
    this.#link ??= this.#connect().then((engine) => ({
      engine,
      cluster,
      containers: new Containers(engine, cluster),
    }));
    return this.#link;
  }

  /** Asked once for all that need it. A failure is not kept, so that a later call asks again. */
  async #askFacts(): Promise<EngineFacts> {
    const { engine } = await this.#linked();
    this.#facts ??= askEngine(engine, FACTS_MS).catch((error: unknown) => {
      this.#facts = undefined;
      throw engineError(error, engine.target, 'say what it is');
    });
    return this.#facts;
  }

  /** Looked for once: six nodes that are made at the same time share the answer. */
  #findImage(onProgress: OnProgress, signal?: AbortSignal): Promise<ImageFacts> {
    this.#image ??= this.#lookForImage(onProgress, signal).catch((error: unknown) => {
      this.#image = undefined;
      throw error;
    });
    return this.#image;
  }

  async #lookForImage(onProgress: OnProgress, signal?: AbortSignal): Promise<ImageFacts> {
    const { engine } = await this.#linked();
    const { image, imageRef, redisServer } = this.#settings;
    if (image !== HOST_IMAGE) return ensureImage(engine, image, onProgress, signal);
    // A cluster keeps the image that it was made with, also when this machine's server has been upgraded since.
    const before = imageRef === '' ? undefined : await inspectImage(engine, imageRef);
    return before ?? ensureHostImage(engine, await this.#askFacts(), redisServer, this.#env, onProgress);
  }
}
