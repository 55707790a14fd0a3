import { surveyPlan } from '../cluster/ask.js';
import type { LiveCluster } from '../cluster/open.js';
import { refused } from '../errors.js';
import { type Address, sameAddress } from '../model/address.js';
import { majorityMaster, noMasterWords } from '../model/agreement.js';
import { command } from '../model/hints.js';
import { type ClusterPlan, dataNodes, type NodePlan, sentinelNodes } from '../model/plan.js';
import { liveSettings, type SentinelSettings } from '../model/sentinel-settings.js';
import type { Snapshot } from '../model/snapshot.js';

/** A node by its id, and by the address under which the sentinels speak of it. */
export interface Member {
  id: string;
  announce: Address;
}

/** Who is who when a run begins; what is observed is judged against it. */
export interface Roles {
  masterName: string;
  /** The master when the roles were read; a failover makes it the old master. */
  master: Member;
  /** Every data node, the master included. */
  nodes: readonly Member[];
  sentinels: readonly Member[];
}

/** The same with the plan's nodes: what faults are translated into acts with. */
export interface ClusterRoles extends Roles {
  plan: ClusterPlan;
  master: NodePlan;
  nodes: readonly NodePlan[];
  sentinels: readonly NodePlan[];
  /** By offset, largest first: the order in which Sentinel chooses where nothing else differs. */
  replicas: readonly NodePlan[];
  /** The sentinel that leads a failover at this moment; null where none does. */
  leader: NodePlan | null;
  /** The settings in effect at the sentinels. */
  settings: SentinelSettings;
}

/**
 * The roles in a snapshot. `fallback` is the master where the sentinels do not agree on one of the plan's nodes; without
 * it that throws `no-master` (3).
 */
export function rolesIn(plan: ClusterPlan, snapshot: Snapshot, fallback?: NodePlan): ClusterRoles {
  const { masterName } = plan.spec;
  const nodes = dataNodes(plan);
  const sentinels = sentinelNodes(plan);
  const address = majorityMaster(snapshot, masterName);
  const master = nodes.find((node) => sameAddress(node.announce, address)) ?? fallback;
  if (master === undefined) {
    throw refused('no-master', `${plan.spec.cluster}: ${noMasterWords(snapshot, masterName)}`, {
      hint: command('status', plan.spec.cluster),
    });
  }
  const answers = snapshot.groups.find((g) => g.masterName === masterName)?.nodes ?? [];
  const offsetOf = ({ id }: Member): number => answers.find((n) => n.id === id)?.answer?.offset ?? -1;
  const leading = snapshot.sentinels.find((s) =>
    s.answer?.masters.some(
      ({ name, failoverState }) => name === masterName && failoverState !== null && failoverState !== 'none',
    ),
  );
  return {
    plan,
    masterName,
    master,
    nodes,
    sentinels,
    replicas: nodes.filter((node) => node !== master).toSorted((a, b) => offsetOf(b) - offsetOf(a)),
    leader: sentinels.find((node) => node.id === leading?.id) ?? null,
    settings: liveSettings(plan.spec, snapshot),
  };
}

/** The roles at this moment. `fallback` as in `rolesIn`. Throws `no-master` (3). */
export async function rolesNow(
  { plan, asking }: Pick<LiveCluster, 'plan' | 'asking'>,
  fallback?: NodePlan,
): Promise<ClusterRoles> {
  return rolesIn(plan, await surveyPlan(plan, asking), fallback);
}
