import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Globals } from '../config/globals.js';
import { stateHome, usedCluster } from '../config/paths.js';
import { DEFAULT_SPEC } from '../model/spec.js';
import type { World } from './world.js';

/**
 * The cluster of a command line that names none: the one that `sentinelctl use` chose, the only one that is known, else
 * `default`. `takesOnly`: whether the only one may be taken.
 */
export async function unnamedCluster(
  { env, cwd }: Pick<World, 'env'> & Partial<Pick<World, 'cwd'>>,
  takesOnly: boolean,
): Promise<Pick<Globals, 'cluster' | 'clusterFrom'>> {
  const home = stateHome(env, cwd);
  const entries = await readdir(join(home, 'clusters'), { withFileTypes: true }).catch(() => []);
  const scratch: string[] = await readdir(join(home, 'scratch')).catch(() => []);
  const known = entries
    .filter((entry) => entry.isDirectory() && !scratch.includes(`${entry.name}.json`))
    .map((entry) => entry.name);
  const used = await usedCluster(home);
  if (used !== null && known.includes(used)) return { cluster: used, clusterFrom: 'use' };
  const [only] = known;
  if (takesOnly && known.length === 1 && only !== undefined && only !== DEFAULT_SPEC.cluster)
    return { cluster: only, clusterFrom: 'only' };
  return { cluster: DEFAULT_SPEC.cluster, clusterFrom: 'default' };
}
