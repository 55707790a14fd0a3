import { readFile, stat } from 'node:fs/promises';
import type { ContainerInspectInfo } from 'dockerode';
import type { Life } from '../../../model/gathered.js';
import type { EngineTarget } from '../engine/engine-target.js';

/** The engine's grace where neither the container nor its image sets one, in seconds. */
const DEFAULT_STOP_S = 10;

/** The container of a server, from what the engine reports. Unknown values are null. */
export async function lifeOfContainer(inspected: ContainerInspectInfo, target: EngineTarget): Promise<Life> {
  const { State, HostConfig, Config, NetworkSettings } = inspected;
  const conf = confOf(inspected);
  const mount = conf === null ? undefined : mountOf(inspected, conf);
  // Missing in dockerode's type: the seconds between SIGTERM and SIGKILL.
  const { StopTimeout } = Config as { StopTimeout?: number };
  const hostNetwork = HostConfig.NetworkMode === 'host';
  return {
    kind: 'container',
    confInode: conf === null ? null : await inodeOf(inspected, conf, target),
    confIsFileMount: conf === null ? null : mount?.Type === 'bind' && mount.Destination === conf,
    dirWritable:
      mount?.RW === false || (mount === undefined && HostConfig.ReadonlyRootfs === true) ? false : null,
    restartPolicy: HostConfig.RestartPolicy?.Name || 'no',
    stopTimeoutS: StopTimeout ?? DEFAULT_STOP_S,
    addressPinned: hostNetwork
      ? null
      : Object.values(NetworkSettings.Networks).some((n) => Boolean(n.IPAMConfig?.IPv4Address)),
    ...(!hostNetwork && Object.keys(NetworkSettings.Networks).length === 0 && { networkless: true }),
    oomKilled: State.OOMKilled,
    memoryLimitBytes: HostConfig.Memory || null,
    hostKey: `engine ${target.shown}`,
  };
}

/** The configuration file in a container's command: the first argument that looks like one, or is followed by none. */
export function confOf({ Path, Args }: Pick<ContainerInspectInfo, 'Path' | 'Args'>): string | null {
  const words = [Path, ...Args].flatMap((word) => word.split(/\s+/));
  return words.find((word) => /^\/\S+\.conf$/.test(word)) ?? null;
}

/** The mount that a path in a container is on: the deepest one. */
function mountOf(
  { Mounts }: ContainerInspectInfo,
  path: string,
): ContainerInspectInfo['Mounts'][0] | undefined {
  return Mounts.filter(
    (m) => path === m.Destination || path.startsWith(`${m.Destination.replace(/\/$/, '')}/`),
  ).sort((a, b) => b.Destination.length - a.Destination.length)[0];
}

/** Equal for two containers that share a file: the inode where the engine is local, else the file's source. */
async function inodeOf(inspected: ContainerInspectInfo, conf: string, target: EngineTarget): Promise<string> {
  const source = sourceOf(inspected, conf);
  if (source === null) return `${inspected.Id}:${conf}`;
  if (target.remoteHost === null) {
    const found = await stat(source).catch(() => null);
    if (found !== null) return `${found.dev}:${found.ino}`;
  }
  return `${target.shown}:${source}`;
}

/** Where the engine's machine has the file that a container has at `path`; null where it is in no mount. */
function sourceOf(inspected: ContainerInspectInfo, path: string): string | null {
  const mount = mountOf(inspected, path);
  return mount === undefined
    ? null
    : `${mount.Source}${path.slice(mount.Destination.replace(/\/$/, '').length)}`;
}

/**
 * A container's file, read on this machine without the engine, whose archive of one small file takes 0.3 s. Undefined
 * where that is not possible: a remote engine, one in a virtual machine, no permission.
 */
export async function readOnHost(
  inspected: ContainerInspectInfo,
  path: string,
  target: EngineTarget,
): Promise<string | undefined> {
  const source = target.remoteHost === null ? sourceOf(inspected, path) : null;
  return source === null ? undefined : readFile(source, 'utf8').catch(() => undefined);
}
