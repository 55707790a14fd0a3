import { withNode } from '../cluster/ask.js';
import type { LiveCluster } from '../cluster/open.js';
import { type ClusterPlan, dataNodes } from '../model/plan.js';
import type { MasterView, Snapshot } from '../model/snapshot.js';
import type { TopologyServer } from '../observe/result.js';
import { parseRecord } from '../wire/replies.js';

/** What decides on the data of a node and on how it follows, in the order in which it is shown. */
const NODE_SETTINGS = [
  'appendonly',
  'appendfsync',
  'save',
  'min-replicas-to-write',
  'min-replicas-max-lag',
  'replica-priority',
  'repl-diskless-sync-delay',
  'repl-timeout',
  'maxmemory',
  'maxmemory-policy',
] as const;

/** By a data node's id: its settings. */
export type NodeSettings = ReadonlyMap<string, Record<string, string>>;

/** Asks each data node for its settings. What a node does not tell is not there; throws only the signal's reason. */
export async function nodeSettings({ plan, asking }: LiveCluster): Promise<NodeSettings> {
  const read = dataNodes(plan).map(async (node): Promise<[string, Record<string, string>]> => {
    try {
      // One name at a time: CONFIG GET takes several since 7.0 only.
      const records = await withNode(node, asking, (c) =>
        Promise.allSettled(NODE_SETTINGS.map((name) => c.call('CONFIG', 'GET', name))),
      );
      const values = records.flatMap((r) => (r.status === 'fulfilled' ? [...parseRecord(r.value)] : []));
      return [node.id, Object.fromEntries(values)];
    } catch {
      // The report lacks them; a test does not fail for that.
      asking.signal?.throwIfAborted();
      return [node.id, {}];
    }
  });
  return new Map(await Promise.all(read));
}

/** Every server of the plan as the snapshot has it. */
export function topologyOf(plan: ClusterPlan, before: Snapshot, settings: NodeSettings): TopologyServer[] {
  const { masterName } = plan.spec;
  const answers = new Map(before.groups.flatMap((g) => g.nodes.map((n) => [n.id, n.answer])));
  const sentinels = new Map(before.sentinels.map((s) => [s.id, s.answer]));
  return plan.nodes.map(({ id, kind, announce }): TopologyServer => {
    if (kind === 'sentinel') {
      const answer = sentinels.get(id);
      const view = answer?.masters.find((m) => m.name === masterName);
      const version = answer?.version ?? null;
      return { id, kind, ...announce, role: null, version, settings: view ? sentinelSettings(view) : {} };
    }
    const answer = answers.get(id);
    const { role = 'unknown', engine, version } = answer ?? {};
    return {
      id,
      kind: 'data',
      ...announce,
      role: role === 'unknown' ? null : role,
      version: version === undefined ? null : `${engine} ${version}`,
      settings: settings.get(id) ?? {},
    };
  });
}

const sentinelSettings = (view: MasterView): Record<string, string> => ({
  quorum: String(view.quorum),
  'down-after-milliseconds': String(view.downAfterMs),
  'failover-timeout': String(view.failoverTimeoutMs),
  'parallel-syncs': String(view.parallelSyncs),
});
