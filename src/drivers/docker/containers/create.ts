import { basename, dirname } from 'node:path';
import type { Container, ContainerCreateOptions } from 'dockerode';
import { refused } from '../../../errors.js';
import { containerName } from '../../../model/drivers.js';
import type { NodePlan } from '../../../model/plan.js';
import type { Engine } from '../engine/engine.js';
import { engineError, statusOf } from '../engine/errors.js';
import type { ImageFacts } from '../image/image.js';
import type { DockerSettings } from '../settings.js';
import { containerSpec, pathsOf } from './container-spec.js';
import type { Connected } from './containers.js';
import { packConf } from './files.js';
import { ofNode } from './labels.js';

/**
 * Makes a node's container and volume and puts its configuration there. Nothing is left of it when that fails, but
 * the volume. Throws `node-exists` or `container-foreign` (3) when the name is taken.
 */
export async function createNode(
  { engine, containers, cluster }: Connected,
  node: NodePlan,
  settings: DockerSettings,
  image: ImageFacts,
  conf: string,
): Promise<void> {
  const container = await createContainer({ engine, containers, cluster }, node, settings, image);
  containers.remember(node.id, container.id);
  const path = pathsOf(node, settings).conf;
  try {
    // Put at the root with its directory, because an archive can't change the owner of the directory it lands in.
    const archive = await packConf(basename(path), conf, image.owner, dirname(path).slice(1));
    await container.putArchive(archive, { path: '/' });
  } catch (error) {
    await containers.discard(container);
    throw engineError(error, engine.target, `write the configuration of ${node.id}`);
  }
}

async function createContainer(
  { engine, containers, cluster }: Connected,
  node: NodePlan,
  settings: DockerSettings,
  image: ImageFacts,
): Promise<Container> {
  // Both parts are named, because dockerode would else repeat the whole body in the URL.
  const options = {
    _query: { name: containerName(cluster, node.id) },
    _body: containerSpec(cluster, node, settings, image),
  };
  try {
    return await engine.api.createContainer(options as ContainerCreateOptions);
  } catch (error) {
    if (statusOf(error) === 409) throw await containers.nameTaken(node.id);
    throw engineError(error, engine.target, `make the container of ${node.id}`);
  }
}

/** Throws `volume-foreign` (3) where a volume of a node's name isn't ours: mounting it would take it over. */
export async function refuseForeignVolumes(
  engine: Engine,
  cluster: string,
  nodes: readonly NodePlan[],
): Promise<void> {
  const { Volumes } = await engine.api
    .listVolumes({ filters: { name: [containerName(cluster, '')] } })
    .catch((error: unknown) => Promise.reject(engineError(error, engine.target, 'list volumes')));
  for (const { id } of nodes) {
    const name = containerName(cluster, id);
    const volume = (Volumes ?? []).find((one) => one.Name === name);
    const isOurs = ofNode(cluster, id).label.every((label) => {
      const [key = '', value] = label.split('=');
      return volume?.Labels?.[key] === value;
    });
    if (volume !== undefined && !isOurs) {
      throw refused('volume-foreign', `there is a volume ${name} that sentinelctl did not make`, {
        hint: 'use another --cluster NAME, or remove that volume yourself',
      });
    }
  }
}
