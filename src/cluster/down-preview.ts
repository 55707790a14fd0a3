import type { DataOnDisk } from '../drivers/provisioner.js';
import { type ClusterPlan, dataNodes, sentinelNodes } from '../model/plan.js';
import { bytes, count, dataWords } from '../model/words.js';
import { stateOrDamage } from './down.js';
import { lend, openCluster, provisionerOf } from './open.js';
import type { Runtime } from './runtime.js';
import { keysOf } from './up/master.js';

/** What `down` would remove, before it does. */
export interface DownPreview {
  cluster: string;
  /** False where its data was kept by an earlier `down`, and nothing else is left. */
  isUp: boolean;
  /** Keys of the data node that holds most; null where none answers. */
  keys: number | null;
  data: DataOnDisk;
  plan: ClusterPlan;
}

/** Looks at what `down` would remove, and changes nothing; null where its state cannot be read. */
export async function previewDown(runtime: Runtime, cluster: string): Promise<DownPreview | null> {
  const state = await stateOrDamage(runtime, cluster);
  if (state === 'damaged') return null;
  return lend(await openCluster(runtime, state), async (live) => {
    const counted = dataNodes(live.plan).map((node) => keysOf(node, live.asking).catch(() => null));
    const keys = (await Promise.all(counted)).filter((n) => n !== null);
    return {
      cluster,
      isUp: state.phase !== 'kept',
      keys: keys.length === 0 ? null : Math.max(...keys),
      data: await provisionerOf(live).dataOnDisk(),
      plan: live.plan,
    };
  });
}

/** What `down` will do, for a question; null where nothing of value is left. */
export function downWords(preview: DownPreview | null, cluster: string, keepData: boolean): string | null {
  if (preview === null)
    return `removes everything that carries the name ${cluster}; what it holds is not known`;
  const { isUp, keys, data, plan } = preview;
  const hasData = data.nodes.length > 0;
  if (!isUp) return hasData && !keepData ? `deletes the data that ${cluster} kept: ${dataWords(data)}` : null;
  const nodes = `${count(dataNodes(plan).length, 'data node')} and ${count(sentinelNodes(plan).length, 'sentinel')}`;
  const held = [
    ...(keys === null ? [] : [count(keys, 'key')]),
    ...(hasData ? [`${data.bytes === null ? 'an unknown amount' : bytes(data.bytes)} on disk`] : []),
  ];
  const what = held.length === 0 ? '' : ` (${held.join(', ')})`;
  return keepData
    ? `stops ${nodes} of ${cluster} and keeps their data${what}`
    : `removes ${cluster}: ${nodes}, and their data${what}`;
}
