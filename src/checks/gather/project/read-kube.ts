import { posix } from 'node:path';
import type { Service } from '../../files/compose/service.js';
import { textsOf } from '../../files/compose/tree.js';
import type { TwiceInObject } from '../../files/kube/manifests.js';
import {
  budgetsIn,
  type ConfigMap,
  configMapsIn,
  type KubeObject,
  mapFor,
  servicesIn,
} from '../../files/kube/objects.js';
import { environmentIn, namesOf, type Pod, podsOf, serviceOf } from '../../files/kube/pod.js';
import { sited } from '../../files/kube/sites.js';
import { type Container, type Workload, workloadOf } from '../../files/kube/workload.js';
import type { Project } from '../../files/project.js';
import { type Content, NotFollowed, Stopped } from '../../files/shell/machine.js';
import { follow } from '../../files/shell/run.js';
import { containerOf } from './container.js';
import { isIn, roleBy, withRoles } from './kube-roles.js';
import { manifestText, objectsOf } from './manifest-file.js';
import { covers, type Placed } from './mounts.js';
import { addServers } from './servers.js';
import { unstartedFiles } from './unstarted.js';

/**
 * Adds what rendered Kubernetes manifests describe: every container that runs a Redis or a Sentinel is a server, one
 * for each pod of a StatefulSet. Throws usageError `kube-file` for a file that cannot be read or has no object.
 */
export async function readKube(files: readonly string[], project: Project): Promise<void> {
  const read = await Promise.all(files.map(async (file) => ({ file, text: await manifestText(file) })));
  const all: KubeObject[] = [];
  const twice: TwiceInObject[] = [];
  for (const { file, text } of read) {
    const manifest = await objectsOf(file, text);
    all.push(...manifest.objects);
    twice.push(...manifest.twice);
  }
  const { objects, unread } = sited(all);
  const maps = configMapsIn(objects);
  const services = servicesIn(objects);
  const spoken = [
    ...new Set(
      read.flatMap(({ text }) => [...text.matchAll(/\.([a-z0-9-]+)\.svc\b/g)].map((m) => m[1] ?? '')),
    ),
  ];
  const workloads = objects.flatMap((object) => workloadOf(object) ?? []);
  for (const workload of workloads)
    for (const pod of podsOf(workload)) {
      const names = namesOf(pod, services, spoken);
      await readPod(pod, names, maps, project);
    }
  const started = (workload: Workload, { name }: Container): boolean =>
    project.servers.some((s) => isIn(s.service, workload, name));
  project.kube = {
    files: [...files],
    workloads: workloads.map((w) => withRoles(w, project)).filter((w) => w.roles.size > 0),
    allLabels: workloads.map((w) => w.labels),
    budgets: budgetsIn(objects),
    services,
    maps,
    twice,
    unstarted: workloads.flatMap((w) =>
      w.containers
        .filter((c) => roleBy(c) !== null && !started(w, c))
        .flatMap((c) => unstartedFiles(c, w, maps)),
    ),
  };
  project.unread.push(...unread, ...operatorsIn(objects), ...installersIn(objects));
  if (project.servers.length === 0 && project.unread.length === 0)
    project.unread.push(`${files.join(', ')}: no container in it is a Redis or a Sentinel`);
}

/** Custom resources of operators, which make the pods by themselves. */
const operatorsIn = (objects: readonly KubeObject[]): string[] =>
  objects
    .filter(({ kind }) => /^(Redis|Valkey|KeyDB|Dragonfly)/.test(kind))
    .map(
      ({ kind, name, file, line }) =>
        `${kind} ${name} (${file}:${line}): its operator makes the pods and their files: give the addresses of the running sentinels (--sentinel-addrs)`,
    );

/** What installs a chart or other files with a Redis, which are not in these: HelmRelease of Flux, Application of Argo CD. */
const installersIn = (objects: readonly KubeObject[]): string[] =>
  objects
    .filter(
      ({ kind, name, tree }) =>
        /^(HelmRelease|HelmChart|HelmChartConfig|Application|ApplicationSet)$/.test(kind) &&
        [name, ...textsOf(tree)].some((text) => /redis|valkey|sentinel/i.test(text)),
    )
    .map(
      ({ kind, name, file, line }) =>
        `${kind} ${name} (${file}:${line}): what it installs is not in these files: give what helm template prints of its chart`,
    );

/** What the containers of a pod find in its volumes, by `VOLUME:PATH`, and which of them cannot be told. */
interface Shared {
  files: Map<string, Content>;
  unknown: Map<string, string>;
}

/** Follows the init containers of a pod in their order, then what each container starts. */
async function readPod(
  pod: Pod,
  names: string[],
  maps: readonly ConfigMap[],
  project: Project,
): Promise<void> {
  const shared: Shared = { files: new Map(), unknown: new Map() };
  const { workload } = pod;
  const launchingOf = (container: Container) => {
    const env = environmentIn(container, pod, maps);
    const service = serviceOf(container, pod, env, names);
    const place = (inside: string): Placed =>
      placedIn(inside, container, service, { workload, maps, shared });
    return { env, service, place, container: containerOf(service, env, workload.file, place) };
  };
  for (const init of workload.inits) {
    const { service, container } = launchingOf(init);
    const words = [...(service.entrypoint?.words ?? []), ...(service.command?.words ?? [])];
    const line = service.command?.line ?? service.entrypoint?.line ?? init.line;
    try {
      await follow(container, words, line);
    } catch (error) {
      if (!(error instanceof NotFollowed)) throw error;
      if (error instanceof Stopped)
        project.stopped.push({
          pod: workload.prefix + (pod.name ?? workload.name),
          init: init.name,
          path: error.path,
          file: container.place,
          line: error.line,
        });
      const why = `the init container ${init.name} is not followed: ${error.message} (${container.place}:${error.line})`;
      for (const { volume } of writableIn(init, workload)) shared.unknown.set(volume, why);
    }
    for (const [path, content] of container.files) {
      const mount = writableIn(init, workload).find(({ target }) => covers(target, path));
      if (mount !== undefined) shared.files.set(keyOf(mount, path), content);
    }
  }
  const several = workload.containers.filter((c) => roleBy(c) !== null).length > 1;
  for (const one of workload.containers) {
    const { env, service, place, container } = launchingOf(one);
    const id = `${workload.prefix}${pod.name ?? workload.name}`;
    await addServers(project, {
      service,
      id: several ? `${id}/${one.name}` : id,
      env,
      container,
      file: workload.file,
      place,
      unread: [],
    });
  }
}

const writableIn = ({ mounts }: Container, { volumes }: Workload): Container['mounts'] =>
  mounts.filter(({ volume }) => !/config|secret/.test(volumes.find((v) => v.name === volume)?.kind ?? ''));

/** Where in a volume a path of a container is. */
function keyOf({ volume, target, subPath }: Container['mounts'][number], path: string): string {
  const rest = posix.normalize(path).slice(posix.normalize(target).replace(/\/$/, '').length);
  return `${volume}:${posix.normalize(`/${subPath ?? ''}${rest}`)}`;
}

/** Finds what a container of a pod has at a path. */
function placedIn(
  inside: string,
  container: Container,
  service: Service,
  { workload, maps, shared }: { workload: Workload; maps: readonly ConfigMap[]; shared: Shared },
): Placed {
  const wanted = posix.normalize(inside);
  const given = container.mounts
    .filter(({ target }) => covers(target, wanted))
    .toSorted((a, b) => b.target.length - a.target.length)[0];
  const mount = service.mounts.find(({ target }) => target === given?.target);
  if (given === undefined || mount === undefined) return { why: `${inside} is inside the image` };
  const volume = workload.volumes.find((v) => v.name === given.volume);
  if (volume?.kind === 'secret')
    return { why: `${inside} is in the Secret ${volume.source}, which is not read` };
  if (volume?.kind !== 'config') {
    const content = shared.files.get(keyOf(given, wanted));
    const unknown = shared.unknown.get(given.volume);
    if (unknown !== undefined) return { why: `${inside}: ${unknown}` };
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
  const key = volume.items.find((item) => item.path === path)?.key ?? path;
  const found = map.get(key);
  if (found === undefined) return { why: `the ConfigMap ${volume.source} has no ${key}` };
  return { content: found.text, line: found.line, file: found.file, mount };
}
