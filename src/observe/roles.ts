import { surveyPlan } from '../cluster/ask.js';
import type { LiveCluster } from '../cluster/open.js';
import { refused } from '../errors.js';
import { sameAddress } from '../model/address.js';
import { majorityMaster } from '../model/agreement.js';
import { command } from '../model/hints.js';
import { type ClusterPlan, dataNodes, type NodePlan, sentinelNodes } from '../model/plan.js';
import type { Snapshot } from '../model/snapshot.js';

/** Who is what at this moment; ids of the plan. Faults are translated into acts from it. */
export interface Roles {
  plan: ClusterPlan;
  master: NodePlan;
  /** In the order in which Sentinel would choose among them where nothing else differs: by offset, largest first. */
  replicas: { node: NodePlan; offset: number | null }[];
  sentinels: NodePlan[];
  /** The sentinel that leads a failover at this moment; null where none does. */
  leader: NodePlan | null;
  /** The largest down-after of the sentinels that answered, in milliseconds: SENTINEL SET changes it at run time. */
  downAfterMs: number;
}

/** Who is what, from what everybody said. Throws `no-master` (3) where the sentinels do not agree on a master of the plan. */
export function rolesIn(plan: ClusterPlan, snapshot: Snapshot): Roles {
  const address = majorityMaster(snapshot, plan.spec.masterName);
  const master = dataNodes(plan).find((node) => sameAddress(node.announce, address));
  if (master === undefined) {
    throw refused('no-master', `the sentinels of ${plan.spec.cluster} do not agree on a master`, {
      hint: command('status', plan.spec.cluster),
    });
  }
  const said = snapshot.groups.find((g) => g.masterName === plan.spec.masterName)?.nodes ?? [];
  const offsetOf = (id: string): number | null => said.find((n) => n.id === id)?.answer?.offset ?? null;
  const views = snapshot.sentinels.flatMap((s) =>
    (s.answer?.masters ?? [])
      .filter((m) => m.name === plan.spec.masterName)
      .map((view) => ({ id: s.id, view })),
  );
  const leading = views.find(({ view }) => view.failoverState !== null && view.failoverState !== 'none');
  const sentinels = sentinelNodes(plan);
  return {
    plan,
    master,
    replicas: dataNodes(plan)
      .filter((node) => node !== master)
      .map((node) => ({ node, offset: offsetOf(node.id) }))
      .sort((a, b) => (b.offset ?? -1) - (a.offset ?? -1)),
    sentinels,
    leader: sentinels.find((node) => node.id === leading?.id) ?? null,
    downAfterMs: Math.max(...views.map(({ view }) => view.downAfterMs), plan.spec.downAfterMs),
  };
}

/** The same, asked now. Throws `no-master` (3). */
export async function rolesNow(live: Pick<LiveCluster, 'plan' | 'asking'>): Promise<Roles> {
  return rolesIn(live.plan, await surveyPlan(live.plan, live.asking));
}
