import { refused } from '../../errors.js';
import type { DriverName } from '../../model/drivers.js';
import { addressMapOf, type ClusterPlan, dataNodes, type NodePlan, sentinelNodes } from '../../model/plan.js';

interface NodeRef {
  id: string;
  host: string;
  port: number;
}

export interface UpResult {
  cluster: string;
  driver: DriverName;
  masterName: string;
  master: NodeRef;
  replicas: NodeRef[];
  sentinels: NodeRef[];
  /** From the first node's start to the proof, in milliseconds; 0 when it already ran. */
  convergedMs: number;
  alreadyUp: boolean;
  /** Whether announced addresses can be reached from this machine. */
  routable: boolean;
  /** For clients that cannot route to the announced addresses: announced → reachable. */
  natMap: Record<string, { host: string; port: number }> | null;
}

/** The result of `up` for a plan whose current master is `masterId`. */
export function upResult(
  plan: ClusterPlan,
  routable: boolean,
  convergedMs: number,
  alreadyUp: boolean,
  masterId = plan.nodes[0]?.id,
): UpResult {
  const ref = (node: NodePlan): NodeRef => ({
    id: node.id,
    host: node.announce.host,
    port: node.announce.port,
  });
  const data = dataNodes(plan);
  const master = data.find((n) => n.id === masterId) ?? data[0];
  if (master === undefined) throw refused('no-data-node', 'a cluster needs a master');
  return {
    cluster: plan.spec.cluster,
    driver: plan.driver,
    masterName: plan.spec.masterName,
    master: ref(master),
    replicas: data.filter((n) => n.id !== master.id).map(ref),
    sentinels: sentinelNodes(plan).map(ref),
    convergedMs: Math.round(convergedMs),
    alreadyUp,
    routable,
    natMap: routable ? null : addressMapOf(plan),
  };
}
