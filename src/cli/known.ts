import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileCluster } from '../config/files.js';
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
  /** How the servers of an attached one are reached: `network`, not at all; null for one that sentinelctl created. */
  way: string | null;
  /** Whether what changes an attached one is refused. */
  isReadonly: boolean;
  /** Whether the project's file has it. */
  isInFile: boolean;
}

/**
 * The clusters recorded below `home` and those of the project's file, by name; those whose file cannot be read are left
 * out. Asks no server, so it is quick enough for a Tab.
 */
export async function knownClusters(
  home: string,
  fileClusters: readonly Pick<FileCluster, 'name'>[],
): Promise<KnownCluster[]> {
  const directory = join(home, 'clusters');
  const names: string[] = await readdir(directory).catch(() => []);
  const inFile = fileClusters.map(({ name }) => name);
  const all = await Promise.all(
    [...new Set([...names, ...inFile])].sort().map(async (name) => {
      const file = (base: string): string => join(directory, name, base);
      const known =
        (await readKnown(name, file('cluster.json'))) ?? (await readAttached(name, file('attached.json')));
      const isInFile = inFile.includes(name);
      // No server of it was asked yet.
      const unasked = isInFile ? unaskedCluster(name) : undefined;
      const found = known ?? unasked;
      return found && { ...found, isInFile };
    }),
  );
  return all.filter((c) => c !== undefined);
}

type Recorded = Omit<KnownCluster, 'isInFile'>;

async function readKnown(name: string, file: string): Promise<Recorded | undefined> {
  try {
    const state: unknown = JSON.parse((await readIfThere(file)) ?? '');
    const plan = field(state, 'plan');
    return {
      name,
      driver: text(field(plan, 'driver')),
      masterName: text(field(field(plan, 'spec'), 'masterName')),
      nodes: idsIn(field(plan, 'nodes')),
      isKept: field(state, 'phase') === 'kept',
      way: null,
      isReadonly: false,
    };
  } catch {
    return undefined;
  }
}

async function readAttached(name: string, file: string): Promise<Recorded | undefined> {
  try {
    const record: unknown = JSON.parse((await readIfThere(file)) ?? '');
    const masterName = text(field(record, 'masterName'));
    return {
      ...unaskedCluster(name),
      masterName,
      nodes: idsIn(field(record, 'servers')),
      way: text(field(record, 'way')) ?? 'network',
      isReadonly: field(record, 'readonly') === true,
    };
  } catch {
    return undefined;
  }
}

const unaskedCluster = (name: string): Recorded => ({
  ...{ name, driver: ATTACHED, masterName: null, nodes: [] },
  ...{ isKept: false, way: 'network', isReadonly: false },
});

export const isAttached = ({ driver }: KnownCluster): boolean => driver === ATTACHED;

const idsIn = (nodes: unknown): string[] =>
  Array.isArray(nodes) ? nodes.flatMap((n) => text(field(n, 'id')) ?? []) : [];

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
