import { spawnSync } from 'node:child_process';

const docker = (...args: string[]): boolean =>
  spawnSync('docker', args, { stdio: 'ignore', timeout: 10_000 }).status === 0;

/** Whether a Docker Engine answers; a missing one is a failure where SENTINELCTL_REQUIRE_DOCKER=1 says so. */
export const hasEngine = docker('version');
export const engineRequired = process.env.SENTINELCTL_REQUIRE_DOCKER === '1';

/** Whether the image is there (test/engines/build-images.sh makes those that no registry gives here). */
export const hasImage = (image: string): boolean => docker('image', 'inspect', image);
