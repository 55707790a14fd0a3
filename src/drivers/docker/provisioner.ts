import type { OnProgress } from '../../model/events.js';
import type { NodePlan, NodeSlot } from '../../model/plan.js';
import type { ClusterSpec } from '../../model/spec.js';
import type { NodeExtras } from '../../model/tls-files.js';
import type { DataOnDisk, NodePaths, Provisioner, Removed } from '../provisioner.js';
import { pathsOf } from './containers/container-spec.js';
import { createNode, refuseForeignVolumes } from './containers/create.js';
import { refuseNameInUse, removeCluster, removeNode, volumesOf } from './containers/removal.js';
import { ensureHostImage } from './image/host-image.js';
import { ensureImage, type ImageFacts, inspectImage } from './image/image.js';
import { layOut } from './layout.js';
import { clearOutside } from './links/outside.js';
import { ensureNetwork } from './network/network.js';
import type { DockerSession } from './session.js';
import { HOST_IMAGE, writeSettings } from './settings.js';

/** Creates and removes the containers, volumes and the network of one cluster. */
export class DockerProvisioner implements Provisioner {
  readonly #session: DockerSession;
  #image: Promise<ImageFacts> | undefined;

  constructor(session: DockerSession) {
    this.#session = session;
  }

  get settings(): Readonly<Record<string, string>> {
    return writeSettings(this.#session.settings);
  }

  async layout(spec: ClusterSpec, slots: NodeSlot[]): Promise<NodePlan[]> {
    const session = this.#session;
    const { engine } = await session.connected();
    const facts = await session.facts();
    const { nodes, subnet } = await layOut(engine, facts, session, session.settings, spec, slots);
    await refuseNameInUse(engine, session.cluster);
    session.settings = { ...session.settings, subnet };
    return nodes;
  }

  async prepare(nodes: NodePlan[], onProgress: OnProgress, signal?: AbortSignal): Promise<void> {
    const session = this.#session;
    const { engine } = await session.connected();
    await refuseForeignVolumes(engine, session.cluster, nodes);
    const image = await this.#findImage(onProgress, signal);
    session.settings = { ...session.settings, imageRef: image.ref };
    signal?.throwIfAborted();
    const { network, subnet } = session.settings;
    if (network === 'bridge') await ensureNetwork(engine, session.cluster, subnet);
  }

  paths(node: NodePlan): NodePaths {
    return pathsOf(node, this.#session.settings);
  }

  async create(node: NodePlan, conf: string, extras: NodeExtras = {}): Promise<void> {
    const image = await this.#findImage(() => {});
    await createNode(await this.#session.connected(), node, this.#session.settings, image, conf, extras);
  }

  async dataOnDisk(): Promise<DataOnDisk> {
    return volumesOf(await this.#session.connected());
  }

  async remove(id: string, { keepData = false }: { keepData?: boolean } = {}): Promise<Removed> {
    return removeNode(await this.#session.connected(), id, keepData);
  }

  async removeAll({ keepData = false }: { keepData?: boolean } = {}): Promise<Removed> {
    const connected = await this.#session.connected();
    await clearOutside(connected.engine, this.#session.dir, this.#session.settings);
    return removeCluster(connected, keepData);
  }

  /** Looked up once: nodes that are created at the same time share the answer. A failure is not kept. */
  #findImage(onProgress: OnProgress, signal?: AbortSignal): Promise<ImageFacts> {
    this.#image ??= this.#lookUpImage(onProgress, signal).catch((error: unknown) => {
      this.#image = undefined;
      throw error;
    });
    return this.#image;
  }

  async #lookUpImage(onProgress: OnProgress, signal?: AbortSignal): Promise<ImageFacts> {
    const { engine } = await this.#session.connected();
    const { image, imageRef, redisServer } = this.#session.settings;
    if (image !== HOST_IMAGE) return ensureImage(engine, image, onProgress, signal);
    // A cluster keeps its image even when this machine's server was upgraded since.
    const before = imageRef === '' ? undefined : await inspectImage(engine, imageRef);
    return (
      before ??
      ensureHostImage(engine, await this.#session.facts(), redisServer, this.#session.env, onProgress)
    );
  }
}
