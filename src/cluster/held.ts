import type { DataOnDisk } from '../drivers/provisioner.js';
import { dataNodes } from '../model/plan.js';
import { type LiveCluster, provisionerOf } from './open.js';
import { keysOf } from './up/master.js';

/** What a cluster holds, in memory and on disk. */
export interface HeldData extends DataOnDisk {
  /** Keys of the data node that holds most; null where none answers. */
  keys: number | null;
}

/** Keys by data node; null for one that does not answer. */
export type KeyCounts = ReadonlyMap<string, number | null>;

export async function countKeys({ plan, asking }: LiveCluster): Promise<KeyCounts> {
  const counted = dataNodes(plan).map(
    async (node) => [node.id, await keysOf(node, asking).catch(() => null)] as const,
  );
  return new Map(await Promise.all(counted));
}

/** The most keys that one of these nodes holds; null where none of them answered. */
export function mostKeys(counts: KeyCounts, ids: Iterable<string> = counts.keys()): number | null {
  const known = [...ids].map((id) => counts.get(id) ?? null).filter((n) => n !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** What would go if the cluster were removed now. Changes nothing. */
export async function heldBy(live: LiveCluster): Promise<HeldData> {
  const [counts, disk] = await Promise.all([countKeys(live), provisionerOf(live).dataOnDisk()]);
  return { ...disk, keys: mostKeys(counts) };
}
