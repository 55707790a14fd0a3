import type { Machine } from './machine.js';

/** The servers themselves. */
export const SERVER = /^(redis|valkey|keydb)-(server|sentinel)$/;
export const SHELL = /^(ba|da|a)?sh$/;
/** Programs that start the rest of their command line; with how many words of their own. */
export const WRAPPERS: Readonly<Record<string, number>> = {
  exec: 0,
  command: 0,
  nohup: 0,
  tini: 0,
  'dumb-init': 0,
  'docker-entrypoint.sh': 0,
  gosu: 1,
  'su-exec': 1,
  env: 0,
  time: 0,
  timeout: 1,
};

/** Whether a program is named by a path that is not one of the system's own. */
export const isPlace = (name: string): boolean =>
  name.includes('/') && !/^\/(usr\/(local\/)?)?s?bin\/[^/]+$/.test(name);

/** A script that a build or a mount puts where programs are. */
export async function inPath(machine: Machine, name: string): Promise<string | null> {
  for (const dir of ['/usr/local/bin', '/usr/bin', '/bin']) {
    if (!('why' in (await machine.read(`${dir}/${name}`)))) return `${dir}/${name}`;
  }
  return null;
}
