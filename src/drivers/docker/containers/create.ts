import { basename, dirname } from 'node:path';
import type { Container, ContainerCreateOptions } from 'dockerode';
import { refused } from '../../../errors.js';
import { containerName } from '../../../model/drivers.js';
import type { NodePlan } from '../../../model/plan.js';
import type { NodeExtras } from '../../../model/tls-files.js';
import type { Engine } from '../engine/engine.js';
import { engineError, statusOf } from '../engine/errors.js';
import type { ImageFacts } from '../image/image.js';
import type { DockerSettings } from '../settings.js';
import { containerSpec, pathsOf } from './container-spec.js';
import type { Connected } from './containers.js';
import { packConf } from './files.js';
import { ofNode } from './labels.js';

/**
 * Creates a node's container and volume, with its configuration. If that fails, only the volume remains. Throws
 * `node-exists` or `container-foreign` (3) when the name is in use.
 */
export async function createNode(
  { engine, containers, cluster }: Connected,
  node: NodePlan,
  settings: DockerSettings,
  image: ImageFacts,
  conf: string,
  extras: NodeExtras,
): Promise<void> {
  const container = await createContainer({ engine, containers, cluster }, node, settings, image);
  containers.remember(node.id, container.id);
  const path = pathsOf(node, settings).conf;
  try {
    // Unpacked at the root together with its directory: an archive cannot change the owner of its target directory.
    const archive = await packConf(basename(path), conf, image.owner, dirname(path).slice(1), extras);
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
    throw engineError(error, engine.target, `create the container of ${node.id}`);
  }
}

/** Throws `volume-foreign` (3) where a volume with a node's name was not created for it: mounting would use its data. */
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
    const isOwn = ofNode(cluster, id).label.every((label) => {
      const [key = '', value] = label.split('=');
      return volume?.Labels?.[key] === value;
    });
    if (volume !== undefined && !isOwn) {
      throw refused('volume-foreign', `the volume ${name} exists and was not created by sentinelctl`, {
        hint: '--cluster NAME # another one, or remove that volume yourself',
      });
    }
  }
}
