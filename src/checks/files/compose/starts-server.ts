import { isOfficialImage } from './images.js';
import type { Service } from './service.js';

/**
 * Whether a container of the official image starts the server itself: no program of its own comes before it. The image's
 * entry point goes over into what it is told to start (docker-entrypoint.sh: exec).
 */
export function startsServer({ built, command, entrypoint, image, pod }: Service): boolean {
  if (pod !== undefined || built || entrypoint !== null || !isOfficialImage(image ?? '')) return false;
  const [program = ''] = command?.words ?? [];
  return /^(redis|valkey)-(server|sentinel)$/.test(program.split('/').at(-1) ?? '');
}
