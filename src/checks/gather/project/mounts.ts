import { homedir } from 'node:os';
import { isAbsolute, join, posix, relative, resolve } from 'node:path';
import type { Mount, Service } from '../../files/compose/service.js';
import { at, type Tree, textOf } from '../../files/compose/tree.js';
import { isUnder, mountAt } from '../../files/paths.js';
import { OPEN } from '../../files/shell/expand.js';
import type { Segment } from '../../files/shell/machine.js';

/** A file of a container on this machine, or why it cannot be read. */
export type Placed =
  | { path: string; shown: string; mount: Mount }
  /** The compose file, or the manifest, holds its text. */
  | { content: string; line: number; mount: Mount; file?: string }
  /** Another container wrote it into a volume of both. */
  | { segments: Segment[]; mount: Mount }
  /** A directory that a manifest describes: the paths of its files. */
  | { names: string[] }
  | { why: string };

/** Finds what a container has at a path, by its mounts. */
export function placed(inside: string, service: Service, directory: string, compose: Tree): Placed {
  const wanted = posix.normalize(inside);
  const mount = mountAt(service.mounts, wanted);
  if (mount === undefined)
    return { why: `${inside} is inside the image${service.built ? ', which is built' : ''}` };
  if (mount.kind === 'volume')
    return { why: `${inside} is in the volume ${mount.source ?? 'of the container'}` };
  if (mount.kind === 'config' || mount.kind === 'secret') return configured(mount, directory, compose);
  const rest = wanted.slice(posix.normalize(mount.target).replace(/\/$/, '').length).replace(/^\//, '');
  const source = join(mount.source ?? '', rest);
  return { ...beside(directory, source), mount };
}

/** Whether a mount hides what an image has at a path. A volume that is new begins with what the image has there. */
export const isMounted = (path: string, service: Service): boolean =>
  service.mounts.some(({ kind, target }) => kind !== 'volume' && isUnder(path, target));

/** Whether nothing can be written at a path of a container: by the mount that is the nearest to it. */
export const isReadOnly = (path: string, { mounts }: Service): boolean =>
  mountAt(mounts, path)?.readOnly === true;

/** The named volume, or the directory of the machine, into which a script writes a file; null for a container's own. */
export function keptIn(
  inside: string,
  { pod, mounts }: Service,
): { identity: string; shown: string; line: number } | null {
  const mount = mountAt(mounts, inside);
  if (pod !== undefined || mount?.source == null || inside.includes(OPEN)) return null;
  const rest = inside.slice(posix.normalize(mount.target).replace(/\/$/, '').length);
  return { identity: `${mount.kind} ${mount.source} ${rest}`, shown: mount.source, line: mount.line };
}

function configured(mount: Mount, directory: string, compose: Tree): Placed {
  const config = at(compose, `${mount.kind}s`, mount.source ?? '');
  const content = at(config, 'content');
  if (content.kind === 'text') return { content: content.text, line: content.line, mount };
  const file = textOf(at(config, 'file'));
  if (file === null) return { why: `the ${mount.kind} ${mount.source} is not in this file` };
  return { ...beside(directory, file), mount };
}

/** Paths of a compose file are relative to the directory of its project. */
function beside(directory: string, source: string): { path: string; shown: string } {
  const home = source.replace(/^~(?=\/|$)/, homedir());
  const below = relative(resolve(directory), home);
  const isBelow = isAbsolute(home) && !isAbsolute(directory) && !below.startsWith('..');
  const shown = isBelow ? join(directory, below) : isAbsolute(home) ? home : join(directory, home);
  return { path: resolve(shown), shown };
}
