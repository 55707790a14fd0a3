import type { Container, VolumeInspectInfo } from 'dockerode';
import { failed, refused } from '../../../errors.js';
import { recreate } from '../../../model/hints.js';
import { count } from '../../../model/words.js';
import { type DataOnDisk, nothingRemoved, type Removed, SAVING_GRACE_MS } from '../../provisioner.js';
import type { Engine } from '../engine/engine.js';
import { engineError, engineWords, statusOf } from '../engine/errors.js';
import { removeNetworks } from '../network/network.js';
import type { Connected, Containers } from './containers.js';
import { NODE_LABEL, ofCluster, ofNode } from './labels.js';
import { stopContainer } from './life.js';

/** Removes one node's container and, unless `keepData`, its volume. */
export async function removeNode(
  { engine, containers, cluster }: Connected,
  node: string,
  keepData: boolean,
): Promise<Removed> {
  const filter = ofNode(cluster, node);
  return {
    ...nothingRemoved,
    containers: await removeContainers(engine, containers, filter, keepData),
    volumes: keepData ? 0 : await removeVolumes(engine, filter),
  };
}

/** Removes everything that carries the cluster's name; volumes and network after the containers that use them. */
export async function removeCluster(
  { engine, containers, cluster }: Connected,
  keepData: boolean,
): Promise<Removed> {
  const filter = ofCluster(cluster);
  const gone = await removeContainers(engine, containers, filter, keepData);
  const [volumes, networks] = await Promise.all([
    keepData ? 0 : removeVolumes(engine, filter),
    removeNetworks(engine, cluster),
  ]);
  return { ...nothingRemoved, containers: gone, networks, volumes };
}

/**
 * For a cluster of which nothing is known here. Throws `name-in-use` (3) where containers or volumes carry its name: they
 * were made with another state directory, and an `up` that fails would remove them.
 */
export async function refuseNameInUse(engine: Engine, cluster: string): Promise<void> {
  const filters = ofCluster(cluster);
  const [containers, volumes] = await Promise.all([
    engine.api
      .listContainers({ all: true, filters })
      .catch((error: unknown) => Promise.reject(engineError(error, engine.target, 'list containers'))),
    listVolumes(engine, filters),
  ]);
  if (containers.length + volumes.length === 0) return;
  throw refused(
    'name-in-use',
    `a cluster "${cluster}" exists on this engine: ${count(containers.length, 'container')}, ${count(volumes.length, 'volume')}`,
    {
      why: 'nothing is known of it here: it was made with another state directory (SENTINELCTL_HOME)',
      hint: `--cluster NAME # another one, or that state directory; if it is gone: ${recreate(cluster)}`,
    },
  );
}

async function removeContainers(
  engine: Engine,
  containers: Containers,
  filter: { label: string[] },
  keepData: boolean,
): Promise<number> {
  const found = await engine.api
    .listContainers({ all: true, filters: filter })
    .catch((error: unknown) => Promise.reject(engineError(error, engine.target, 'list containers')));
  const removed = await Promise.all(
    found.map(async ({ Id }) => {
      const container = engine.api.getContainer(Id);
      if (keepData) await endPolitely(engine, container);
      return containers.discard(container);
    }),
  );
  return removed.filter(Boolean).length;
}

/** A killed server loses what it has not saved. A container that no longer exists has nothing to save. */
async function endPolitely(engine: Engine, container: Container): Promise<void> {
  await stopContainer(engine, container, SAVING_GRACE_MS).catch((error: unknown) => {
    if (statusOf(error) !== 404) throw engineError(error, engine.target, 'stop a container');
  });
}

async function removeVolumes(engine: Engine, filter: { label: string[] }): Promise<number> {
  const volumes = await listVolumes(engine, filter);
  const removed = await Promise.all(volumes.map(({ Name }) => removeVolume(engine, Name)));
  return removed.filter(Boolean).length;
}

async function listVolumes(engine: Engine, filter: { label: string[] }): Promise<VolumeInspectInfo[]> {
  const { Volumes } = await engine.api
    .listVolumes({ filters: filter })
    .catch((error: unknown) => Promise.reject(engineError(error, engine.target, 'list volumes')));
  return Volumes ?? [];
}

/** The volumes of a cluster's data nodes that are not empty. The engine measures them, which may fail or be slow. */
export async function volumesOf({ engine, cluster }: Connected): Promise<DataOnDisk> {
  const volumes = await listVolumes(engine, ofCluster(cluster));
  const usage: unknown = await engine.api.df().catch(() => undefined);
  const measured = (usage as { Volumes?: VolumeInspectInfo[] | null } | undefined)?.Volumes ?? [];
  const sizes = volumes.flatMap(({ Name, Labels }) => {
    const id = Labels?.[NODE_LABEL] ?? Name;
    const bytes = measured.find((volume) => volume.Name === Name)?.UsageData?.Size;
    const isEmpty = bytes === 0 || id.startsWith('sentinel-');
    return isEmpty ? [] : [{ id, volume: Name, bytes: bytes === undefined || bytes < 0 ? null : bytes }];
  });
  const isKnown = sizes.every(({ bytes }) => bytes !== null);
  return {
    nodes: sizes.map(({ id }) => id).sort(),
    bytes: isKnown ? sizes.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0) : null,
    places: sizes.map(({ volume }) => volume).sort(),
  };
}

async function removeVolume(engine: Engine, name: string): Promise<boolean> {
  try {
    await engine.api.getVolume(name).remove();
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    if (statusOf(error) === 409) {
      throw failed('volume-in-use', `the volume ${name} is still used by a container of another owner`, {
        why: engineWords(error),
        hint: 'remove that container',
        cause: error,
      });
    }
    throw engineError(error, engine.target, `remove the volume ${name}`);
  }
}
