import type { ImageInspectInfo } from 'dockerode';
import { unreachable } from '../../../errors.js';
import type { OnProgress } from '../../../model/events.js';
import type { Engine } from '../engine/engine.js';
import { engineError, statusOf } from '../engine/errors.js';
import { pullImage } from './pull.js';

/** The owner of a file in a container, by number: the names in an image's passwd may be any. */
export interface Owner {
  uid: number;
  gid: number;
}

/** What is needed to run a server from an image. */
export interface ImageFacts {
  ref: string;
  /** `redis-server` or `valkey-server`, found by the image's PATH. */
  server: string;
  owner: Owner;
}

/** The user redis or valkey of the official images, Debian's and Alpine's, has the uid 999; so has our host image's. */
const SERVER_UID = 999;

/** The engine's image with this reference; undefined where it has none. */
export async function inspectImage(engine: Engine, ref: string): Promise<ImageFacts | undefined> {
  try {
    const { Config } = await engine.api.getImage(ref).inspect();
    return { ref, server: serverOf(Config), owner: ownerOf(Config?.User ?? '') };
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw engineError(error, engine.target, `inspect the image ${ref}`);
  }
}

/** The image, pulled when the engine does not have it. Throws `image-pull` (5) with the engine's reason. */
export async function ensureImage(
  engine: Engine,
  ref: string,
  onProgress: OnProgress,
  signal?: AbortSignal,
): Promise<ImageFacts> {
  const present = await inspectImage(engine, ref);
  if (present !== undefined) return present;
  await pullImage(engine, ref, onProgress, signal);
  const pulled = await inspectImage(engine, ref);
  if (pulled !== undefined) return pulled;
  throw unreachable('image-pull', `the image ${ref} was pulled, but the engine does not have it`, {
    hint: `docker pull ${ref}`,
  });
}

type Config = Pick<ImageInspectInfo['Config'], 'Cmd' | 'Env'> & {
  Entrypoint?: string | string[] | undefined;
};

/**
 * Valkey's images name it in their command or environment (VALKEY_VERSION); all others count as Redis.
 * @internal Tested with images that are not pulled.
 */
export function serverOf(config: Config | undefined): string {
  const words = [config?.Cmd ?? [], config?.Entrypoint ?? []].flat();
  const runsValkey = words.some((word) => word.includes('valkey'));
  const runsRedis = words.some((word) => word.includes('redis'));
  const isBuiltAsValkey = (config?.Env ?? []).some((entry) => entry.startsWith('VALKEY_'));
  return runsValkey || (isBuiltAsValkey && !runsRedis) ? 'valkey-server' : 'redis-server';
}

/**
 * An image that names its own unprivileged user by number keeps it. Never root.
 * @internal Tested with images that are not pulled.
 */
export function ownerOf(user: string): Owner {
  const match = /^([1-9]\d*)(?::(\d+))?$/.exec(user);
  if (match === null) return { uid: SERVER_UID, gid: SERVER_UID };
  const uid = Number(match[1]);
  return { uid, gid: match[2] === undefined ? uid : Number(match[2]) };
}
