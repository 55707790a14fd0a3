import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** Variables of the environment. */
export type Env = Readonly<Record<string, string | undefined>>;

/** An absolute path from a variable; XDG says that a relative one must be ignored. */
const absolute = (value: string | undefined): string | undefined =>
  value !== undefined && isAbsolute(value) ? value : undefined;
const home = (env: Env): string => absolute(env.HOME) ?? homedir();

/** Where clusters are written down: SENTINELCTL_HOME (from `cwd` when relative), else the XDG state directory. */
export function stateHome(env: Env, cwd: string = process.cwd()): string {
  const own = env.SENTINELCTL_HOME;
  if (own !== undefined && own !== '') return isAbsolute(own) ? own : join(cwd, own);
  return join(absolute(env.XDG_STATE_HOME) ?? join(home(env), '.local', 'state'), 'sentinelctl');
}

/** The cluster that `sentinelctl use` chose; null where it chose none. It may have been removed since. */
export async function usedCluster(home: string): Promise<string | null> {
  const text = await readFile(join(home, 'use'), 'utf8').catch(() => '');
  return text.trim() === '' ? null : text.trim();
}

/** The user's own settings: config.yaml below the XDG configuration directory. */
export function userFile(env: Env): string {
  return join(absolute(env.XDG_CONFIG_HOME) ?? join(home(env), '.config'), 'sentinelctl', 'config.yaml');
}

/** The project's settings: sentinelctl.yaml in the working directory, no parent is searched. */
export function projectFile(cwd: string): string {
  return join(cwd, 'sentinelctl.yaml');
}

/** This process's environment, for a program that uses the library; commands get theirs from the harness. */
export const processEnv = (): Env => process.env;
