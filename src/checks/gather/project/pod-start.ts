import { commandScripts } from '../../files/kube/facts.js';
import { readHook } from '../../files/kube/hook.js';
import type { ConfigMap } from '../../files/kube/objects.js';
import { environmentIn, type Pod, serviceOf } from '../../files/kube/pod.js';
import type { Container } from '../../files/kube/workload.js';
import { isUnder } from '../../files/paths.js';
import { follow } from '../../files/shell/follow.js';
import { type Machine, NotFollowed } from '../../files/shell/machine.js';
import { containerOf } from './container.js';
import { roleBy } from './kube-roles.js';
import type { Launching } from './launching.js';
import type { Placed } from './mounts.js';
import { keyOf, placedIn, type Shared, writableIn } from './pod-files.js';

/** A pod, its names in DNS, and the ConfigMaps that it may mean. */
export interface PodContext {
  pod: Pod;
  names: string[];
  maps: readonly ConfigMap[];
}

/** A container of a pod before it starts, with what it finds in the volumes. */
export function launchingOf(
  container: Container,
  { pod, names, maps }: PodContext,
  shared: Shared,
  id = '',
  again = false,
): Launching {
  const { workload } = pod;
  const env = environmentIn(container, pod, maps);
  const service = serviceOf(container, pod, env, names);
  const place = (inside: string): Placed => placedIn(inside, container, service, { workload, maps, shared });
  const { preStop } = container;
  if (preStop !== null && service.pod !== undefined)
    service.pod.preStop = {
      ...readHook(commandScripts(preStop, container, workload, maps)),
      line: preStop.line,
      beside: workload.containers.flatMap((other) =>
        other.name === container.name || other.preStop === null
          ? []
          : [readHook(commandScripts(other.preStop, other, workload, maps))],
      ),
    };
  const { file } = workload;
  const made = containerOf(service, env, file, place);
  // Until the first pod of a StatefulSet is ready, no other one starts, unless they start in parallel; sentinels of their own find its server.
  const isFirst =
    pod.name !== null &&
    service.pod?.firstPod === pod.name &&
    (workload.parallel === null || workload.replicas === 1);
  made.isAlone = isFirst && !again && workload.containers.some((c) => roleBy(c) === 'redis');
  made.again = again;
  if (pod.name !== null) made.pod = { name: pod.name, first: `${workload.name}-${workload.firstOrdinal}` };
  return { ...{ id, service, env, file, place, unread: [] }, container: made };
}

/** Who hears of init containers. */
export interface InitListener {
  /** Of one that cannot be followed. */
  failed(init: Container, error: NotFollowed, machine: Machine): void;
  /** Of each, with what it wrote. */
  ended?(init: Container, machine: Machine): void;
}

/** Follows the init containers, and puts what they write into the volumes. */
export async function followInits(
  context: PodContext,
  shared: Shared,
  { failed, ended }: InitListener,
  again = false,
): Promise<void> {
  const { workload } = context.pod;
  for (const init of workload.inits) {
    const { service, container } = launchingOf(init, context, shared, '', again);
    const words = [...(service.entrypoint?.words ?? []), ...(service.command?.words ?? [])];
    const line = service.command?.line ?? service.entrypoint?.line ?? init.line;
    try {
      await follow(container, words, line);
    } catch (error) {
      if (!(error instanceof NotFollowed)) throw error;
      failed(init, error, container);
      const why = `the init container ${init.name} is not followed: ${error.message} (${container.place}:${error.line})`;
      for (const { volume } of writableIn(init, workload)) shared.unknown.set(volume, why);
    }
    addWritten(shared, init, workload, container);
    ended?.(init, container);
  }
}

/** Puts what a container wrote into the volumes. */
export function addWritten(
  shared: Shared,
  container: Container,
  workload: Pod['workload'],
  { files }: Machine,
): void {
  for (const [path, content] of files) {
    const mount = writableIn(container, workload).find(({ target }) => isUnder(path, target));
    if (mount !== undefined) shared.files.set(keyOf(mount, path), content);
  }
}
