import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileCluster } from '../config/files.js';
import type { Globals } from '../config/globals.js';
import { stateHome, usedCluster } from '../config/paths.js';
import { DEFAULT_SPEC } from '../model/spec.js';
import type { World } from './world.js';

/** Whether the only one that is known may be taken: never, where `up` made it, or also where it is attached. */
export type TakesOnly = 'never' | 'made' | 'any';

/**
 * The cluster of a command line that names none: the one that `sentinelctl use` chose, the only one that is known, else
 * `default`.
 */
export async function unnamedCluster(
  { env, cwd }: Pick<World, 'env'> & Partial<Pick<World, 'cwd'>>,
  takesOnly: TakesOnly,
  fileClusters: readonly FileCluster[],
): Promise<Pick<Globals, 'cluster' | 'clusterFrom'>> {
  const home = stateHome(env, cwd);
  const known = await lastingClusters(home, fileClusters);
  const used = await usedCluster(home);
  if (used !== null && known.includes(used)) return { cluster: used, clusterFrom: 'use' };
  const [only] = known;
  if (known.length === 1 && only !== undefined && only !== DEFAULT_SPEC.cluster) {
    const isMade = existsSync(join(home, 'clusters', only, 'cluster.json'));
    if (takesOnly === 'any' || (takesOnly === 'made' && isMade))
      return { cluster: only, clusterFrom: 'only' };
  }
  return { cluster: DEFAULT_SPEC.cluster, clusterFrom: 'default' };
}

/** The clusters below `home` and in the project's file, without those that a scenario made for itself. */
export async function lastingClusters(home: string, fileClusters: readonly FileCluster[]): Promise<string[]> {
  const entries = await readdir(join(home, 'clusters'), { withFileTypes: true }).catch(() => []);
  const scratch: string[] = await readdir(join(home, 'scratch')).catch(() => []);
  const recorded = entries
    .filter((entry) => entry.isDirectory() && !scratch.includes(`${entry.name}.json`))
    .map((entry) => entry.name);
  return [...new Set([...recorded, ...fileClusters.map(({ name }) => name)])];
}
