import { posix } from 'node:path';
import type { Service } from '../../files/compose/service.js';
import { type ConfigMap, mapFor } from '../../files/kube/objects.js';
import type { Container, Workload } from '../../files/kube/workload.js';
import { mountAt } from '../../files/paths.js';
import type { Content } from '../../files/shell/machine.js';
import type { Placed } from './mounts.js';

/** What the containers of a pod find in its volumes, by `VOLUME:PATH`, and which of them cannot be told. */
export interface Shared {
  files: Map<string, Content>;
  unknown: Map<string, string>;
}

/** The mounts of a container that are neither of a ConfigMap nor of a Secret. */
export const writableIn = ({ mounts }: Container, { volumes }: Workload): Container['mounts'] =>
  mounts.filter(({ volume }) => !/config|secret/.test(volumes.find((v) => v.name === volume)?.kind ?? ''));

/** Where in a volume a path of a container is. */
export function keyOf({ volume, target, subPath }: Container['mounts'][number], path: string): string {
  const rest = posix.normalize(path).slice(posix.normalize(target).replace(/\/$/, '').length);
  return `${volume}:${posix.normalize(`/${subPath ?? ''}${rest}`)}`;
}

/** Finds what a container of a pod has at a path. */
export function placedIn(
  inside: string,
  container: Container,
  service: Service,
  { workload, maps, shared }: { workload: Workload; maps: readonly ConfigMap[]; shared: Shared },
): Placed {
  const wanted = posix.normalize(inside);
  const given = mountAt(container.mounts, wanted);
  const mount = service.mounts.find(({ target }) => target === given?.target);
  if (given === undefined || mount === undefined) return { why: `${inside} is inside the image` };
  const volume = workload.volumes.find((v) => v.name === given.volume);
  if (volume?.kind === 'secret')
    return { why: `${inside} is in the Secret ${volume.source}, which is not read` };
  if (volume?.kind !== 'config') {
    const content = shared.files.get(keyOf(given, wanted));
    const unknown = shared.unknown.get(given.volume);
    if (unknown !== undefined) return { why: `${inside}: ${unknown}` };
    const below = keyOf(given, `${wanted}/x`).slice(0, -1);
    const names = [...shared.files.keys()].filter((key) => key.startsWith(below));
    if (content === undefined && names.length > 0)
      return { names: names.map((key) => posix.join(wanted, key.slice(below.length))) };
    if (content === undefined) return { why: `${inside} is in the volume ${given.volume}` };
    return 'why' in content ? content : { segments: content.segments, mount };
  }
  const map = mapFor(maps, volume.source, workload)?.data;
  if (map === undefined) {
    const isThere = maps.some(({ name }) => name === volume.source);
    const why = isThere ? 'of which several are in these files' : 'which is not in these files';
    return { why: `${inside} is in the ConfigMap ${volume.source}, ${why}` };
  }
  const rest = wanted.slice(posix.normalize(given.target).replace(/\/$/, '').length).replace(/^\//, '');
  const path =
    given.subPath === null ? rest : posix.normalize(posix.join(given.subPath, rest)).replace(/\/$/, '');
  if (path === '') {
    const paths = volume.items.length > 0 ? volume.items.map((item) => item.path) : [...map.keys()];
    return { names: paths.map((name) => posix.join(wanted, name)) };
  }
  const key = volume.items.find((item) => item.path === path)?.key ?? path;
  const found = map.get(key);
  if (found === undefined) return { why: `the ConfigMap ${volume.source} has no ${key}` };
  return { content: found.text, line: found.line, file: found.file, mount };
}
