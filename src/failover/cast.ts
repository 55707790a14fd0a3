import type { LiveCluster } from '../cluster/open.js';
import type { Runtime } from '../cluster/runtime.js';
import { refused } from '../errors.js';
import { formatAddress, sameAddress } from '../model/address.js';
import { majorityMaster } from '../model/agreement.js';
import { command } from '../model/hints.js';
import { type ClusterPlan, dataNodes, type NodePlan } from '../model/plan.js';
import type { SentinelSettings } from '../model/sentinel-timing.js';
import type { Snapshot } from '../model/snapshot.js';
import type { Cast } from '../observe/observation.js';
import type { Observer } from '../observe/observer.js';

/** What every act of a failover test works with. */
export interface Story {
  runtime: Runtime;
  live: LiveCluster;
  cast: Cast;
  observer: Observer;
  /** The sentinels' settings at this moment, and whether the master is to hang. */
  config: SentinelSettings & { hangs: boolean };
}

/** Who is who at this moment, and the sentence that shows it. Throws `no-master` (3) when the sentinels don't agree. */
export function castOf(plan: ClusterPlan, snapshot: Snapshot): Cast & { sentence: string } {
  const address = majorityMaster(snapshot, plan.spec.masterName);
  const data = dataNodes(plan);
  const oldMaster = data.find((n) => sameAddress(n.announce, address));
  if (oldMaster === undefined) {
    throw refused('no-master', `the sentinels of ${plan.spec.cluster} do not agree on a master`, {
      hint: command('status', plan.spec.cluster),
    });
  }
  const sentinels = snapshot.sentinels.filter((s) => s.answer !== null).map((s) => s.id);
  const others = data.filter((n) => n.id !== oldMaster.id).map((n) => n.id);
  return {
    masterName: plan.spec.masterName,
    oldMaster: { id: oldMaster.id, announce: oldMaster.announce },
    nodes: data.map(({ id, announce }) => ({ id, announce })),
    sentinels,
    sentence:
      `before: ${plan.spec.masterName} is ${oldMaster.id} ${formatAddress(oldMaster.announce)}, ` +
      `${others.join(' and ')} linked, ${sentinels.length} sentinels agree`,
  };
}

/** The plan's node of that id. */
export function nodeOf(plan: ClusterPlan, id: string): NodePlan {
  const node = plan.nodes.find((n) => n.id === id);
  if (node === undefined) throw new Error(`${id} is not in the plan`);
  return node;
}
