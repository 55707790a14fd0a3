import { type ClusterPlan, dataNodes, sentinelNodes } from '../model/plan.js';
import { count, dataWords, heldWords } from '../model/words.js';
import { type HeldData, heldBy } from './held.js';
import { withCluster } from './open.js';
import type { Runtime } from './runtime.js';
import type { ClusterState } from './store/state.js';

/** What `down` would remove, before it does. */
export interface DownPreview {
  cluster: string;
  /** False where its data was kept by an earlier `down`, and nothing else is left. */
  isUp: boolean;
  data: HeldData;
  plan: ClusterPlan;
}

/** Looks at what `down` would remove, and changes nothing; null where its state cannot be read. */
export async function previewDown(
  runtime: Runtime,
  state: ClusterState | 'damaged',
): Promise<DownPreview | null> {
  if (state === 'damaged') return null;
  return withCluster(runtime, state, {}, async (live) => ({
    cluster: live.plan.spec.cluster,
    isUp: state.phase !== 'kept',
    data: await heldBy(live),
    plan: live.plan,
  }));
}

/** What `down` will do, for a question; null where nothing of value is left. */
export function downWords(preview: DownPreview | null, cluster: string, keepData: boolean): string | null {
  if (preview === null)
    return `removes everything that carries the name ${cluster}; what it holds is not known`;
  const { isUp, data, plan } = preview;
  const hasData = data.nodes.length > 0;
  if (!isUp) return hasData && !keepData ? `deletes the data that ${cluster} kept: ${dataWords(data)}` : null;
  const nodes = `${count(dataNodes(plan).length, 'data node')} and ${count(sentinelNodes(plan).length, 'sentinel')}`;
  const held = heldWords(data);
  const what = held === '' ? '' : ` (${held})`;
  return keepData
    ? `stops ${nodes} of ${cluster} and keeps their data${what}`
    : `removes ${cluster}: ${nodes}, and their data${what}`;
}
