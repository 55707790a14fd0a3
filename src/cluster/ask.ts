import type { Clock } from '../clock.js';
import type { Address } from '../model/address.js';
import { type ClusterPlan, dataNodes, type NodePlan, sentinelNodes } from '../model/plan.js';
import type { Snapshot } from '../model/snapshot.js';
import { type Connection, openConnection } from '../wire/client.js';
import { type SurveyTarget, survey } from '../wire/survey.js';

/** How the nodes of a cluster are asked: each question has this deadline. */
export interface Asking {
  clock: Clock;
  password: string | null;
  deadlineMs: number;
  signal?: AbortSignal | undefined;
}

/** What to ask for a plan of ours: every node by its own endpoint, and what the sentinels name beyond them. */
export function surveyTarget(plan: ClusterPlan): SurveyTarget {
  const ends = new Map(plan.nodes.map((n) => [`${n.announce.host}:${n.announce.port}`, n.endpoint]));
  return {
    sentinels: sentinelNodes(plan).map(({ id, announce, endpoint }) => ({ id, announce, endpoint })),
    nodes: dataNodes(plan).map(({ id, announce, endpoint }) => ({
      id,
      announce,
      endpoint,
      masterName: plan.spec.masterName,
    })),
    masterName: plan.spec.masterName,
    discover: true,
    reach: (address: Address) => ends.get(`${address.host}:${address.port}`) ?? address,
  };
}

/** Asks every node of a plan once, in parallel. */
export function surveyPlan(plan: ClusterPlan, asking: Asking): Promise<Snapshot> {
  return survey(surveyTarget(plan), { ...asking, sentinelPassword: asking.password });
}

/** Opens one connection to a node, lends it, and closes it whatever happens. Throws WireError. */
export async function withNode<T>(
  node: NodePlan,
  asking: Asking,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await openConnection(node.endpoint, asking);
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}
