import { umask } from 'node:process';

/**
 * Runs `work`, which must be synchronous, so that what a process spawned in it makes is its owner's alone: Redis
 * rewrites its configuration, passwords and all, with the mode that its umask leaves of 0644.
 */
export function withPrivateUmask<T>(work: () => T): T {
  const before = umask(0o077);
  try {
    return work();
  } finally {
    umask(before);
  }
}
