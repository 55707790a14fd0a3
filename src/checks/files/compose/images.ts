import { compareReleases } from '../../releases.js';
import { isBitnami } from './bitnami.js';

/** Docker Hub's names of itself. */
const HUB = /^((registry-1|index|registry\.hub)\.)?docker\.(io|com)$/;
/** Copies of Docker Hub's official images keep `library/`; some caches name the place that they copy instead. */
const COPIED = /(^|\/)(library|(docker[.-]?(io|hub))[\w.-]*)\/(redis|valkey)$/;
/** Valkey's own, of whatever registry. */
const VALKEY = /(^|\/)valkey\/valkey$/;

/** An image's registry, null for Docker Hub by default, and its path without tag and digest. */
function partsOf(image: string): { registry: string | null; path: string } {
  const [, registry, path = ''] = /^(?:((?:[^/]*[.:][^/]*|localhost))\/)?(.*)$/.exec(image) ?? [];
  return { registry: registry ?? null, path: path.replace(/@.*$/, '').replace(/:[^/]*$/, '') };
}

/**
 * Whether an image is Redis' or Valkey's official one, or a copy of it whose name says so. The last part of a name
 * alone proves nothing: `registry.example/team/redis` may start anything.
 */
export function isOfficialImage(image: string | null): boolean {
  const { registry, path } = partsOf(image ?? '');
  const ofHub = registry === null || HUB.test(registry);
  return (
    !isBitnami(image) && ((ofHub && /^(redis|valkey)$/.test(path)) || COPIED.test(path) || VALKEY.test(path))
  );
}

/** Whether an image may be a copy of the official one, by the last part of its name: in a private registry many are. */
export const mayBeOfficial = (image: string | null): boolean =>
  /(^|\/)(redis|valkey)$/.test(partsOf(image ?? '').path) && !isBitnami(image);

/** Whether the tag of an official image says a Redis that is older than a release; false for a tag without a number. */
export function isOlderRedis(image: string | null, release: string): boolean {
  const [, tag] = /:v?(\d+(?:\.\d+){0,2})(?:-[\w.-]+)?$/.exec((image ?? '').replace(/@.*$/, '')) ?? [];
  const known = tag !== undefined && mayBeOfficial(image) && !/valkey/.test(image ?? '');
  // `5.0` is the last one of its series, and `5` too.
  return known && compareReleases([...tag.split('.'), '99', '99'].slice(0, 3).join('.'), release) < 0;
}
