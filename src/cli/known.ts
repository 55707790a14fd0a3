import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** As much of a cluster's file as completions and questions need. */
export interface KnownCluster {
  name: string;
  driver: string | null;
  masterName: string | null;
  /** `redis-1`, …, `sentinel-3`. */
  nodes: string[];
}

/**
 * The clusters recorded below `home`, by name; those whose file cannot be read are left out. Asks no server,
 * so it is quick enough for a Tab.
 */
export async function knownClusters(home: string): Promise<KnownCluster[]> {
  const directory = join(home, 'clusters');
  const names = await readdir(directory).catch(() => []);
  const all = await Promise.all(
    names.sort().map((name) => readKnown(name, join(directory, name, 'cluster.json'))),
  );
  return all.filter((c) => c !== undefined);
}

async function readKnown(name: string, file: string): Promise<KnownCluster | undefined> {
  try {
    const plan = field(JSON.parse(await readFile(file, 'utf8')), 'plan');
    const nodes = field(plan, 'nodes');
    return {
      name,
      driver: text(field(plan, 'driver')),
      masterName: text(field(field(plan, 'spec'), 'masterName')),
      nodes: Array.isArray(nodes) ? nodes.flatMap((n) => text(field(n, 'id')) ?? []) : [],
    };
  } catch {
    return undefined;
  }
}

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
