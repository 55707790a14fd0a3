import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readIfThere } from '../host/files.js';
import { ATTACHED } from '../model/drivers.js';

/** As much of a cluster's file as completions and questions need. */
export interface KnownCluster {
  name: string;
  /** `attached` for one that sentinelctl did not start. */
  driver: string | null;
  masterName: string | null;
  /** `redis-1`, …, `sentinel-3`. */
  nodes: string[];
  /** Whether it was taken down with its data kept. */
  isKept: boolean;
}

/**
 * The clusters recorded below `home`, by name; those whose file cannot be read are left out. Asks no server,
 * so it is quick enough for a Tab.
 */
export async function knownClusters(home: string): Promise<KnownCluster[]> {
  const directory = join(home, 'clusters');
  const names = await readdir(directory).catch(() => []);
  const all = await Promise.all(
    names.sort().map(async (name) => {
      const file = (base: string): string => join(directory, name, base);
      return (await readKnown(name, file('cluster.json'))) ?? readAttached(name, file('attached.json'));
    }),
  );
  return all.filter((c) => c !== undefined);
}

async function readKnown(name: string, file: string): Promise<KnownCluster | undefined> {
  try {
    const state: unknown = JSON.parse((await readIfThere(file)) ?? '');
    const plan = field(state, 'plan');
    return {
      name,
      driver: text(field(plan, 'driver')),
      masterName: text(field(field(plan, 'spec'), 'masterName')),
      nodes: idsIn(field(plan, 'nodes')),
      isKept: field(state, 'phase') === 'kept',
    };
  } catch {
    return undefined;
  }
}

async function readAttached(name: string, file: string): Promise<KnownCluster | undefined> {
  try {
    const record: unknown = JSON.parse((await readIfThere(file)) ?? '');
    const masterName = text(field(record, 'masterName'));
    return { name, driver: ATTACHED, masterName, nodes: idsIn(field(record, 'servers')), isKept: false };
  } catch {
    return undefined;
  }
}

export const isAttached = ({ driver }: KnownCluster): boolean => driver === ATTACHED;

const idsIn = (nodes: unknown): string[] =>
  Array.isArray(nodes) ? nodes.flatMap((n) => text(field(n, 'id')) ?? []) : [];

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
