import { confEnd } from '../drivers/node-paths.js';
import { convergence } from '../model/convergence.js';
import { driverFacts, isDriverName } from '../model/drivers.js';
import {
  addressMapOf,
  type ClusterPlan,
  dataNodes,
  driverWord,
  type NodePlan,
  sentinelNodes,
} from '../model/plan.js';
import { liveSettings, type SentinelSettings } from '../model/sentinel-settings.js';
import type { Snapshot } from '../model/snapshot.js';
import { type ClusterSecrets, OPERATOR, type UserName } from '../model/users.js';
import { type Access, type Asking, accessWith, askingAs } from '../wire/access.js';
import { type Connection, openConnection } from '../wire/client.js';
import { type SurveyTarget, survey } from '../wire/survey.js';

/**
 * What opens connections to a cluster created by sentinelctl: its one password, or one of its users, the one that may
 * act where none is named; with TLS where it has that, and the plan's endpoints.
 */
export const accessOf = (
  plan: ClusterPlan,
  { password, users, ca }: ClusterSecrets,
  user: UserName = OPERATOR,
): Access =>
  accessWith(users === null ? password : users[user], {
    addresses: addressMapOf(plan),
    ...(users !== null && { username: user, sentinelUsername: user }),
    ...(ca !== null && { tls: { ca } }),
  });

/** Which servers a plan's survey asks: every node at its endpoint, and the servers that the sentinels name besides. */
export function surveyTarget(plan: ClusterPlan): SurveyTarget {
  const { cluster } = plan.spec;
  // A process of sentinelctl's own has the path that it was started with; in a container all have the same.
  const driver = driverWord(plan);
  const isHere = isDriverName(driver) && !driverFacts(driver).filesInNode;
  return {
    sentinels: sentinelNodes(plan).map(({ id, announce, endpoint }) => ({ id, announce, endpoint })),
    nodes: dataNodes(plan).map(({ id, announce, endpoint }) => ({
      id,
      announce,
      endpoint,
      masterName: plan.spec.masterName,
      ...(isHere && { file: confEnd(cluster, id) }),
    })),
    masterName: plan.spec.masterName,
    discover: true,
  };
}

/** Asks every node of a plan once, in parallel. */
export function surveyPlan(plan: ClusterPlan, asking: Asking): Promise<Snapshot> {
  return survey(surveyTarget(plan), asking);
}

/** The settings in effect at the sentinels now; those of `up` where no sentinel answers. */
export async function settingsNow(plan: ClusterPlan, asking: Asking): Promise<SentinelSettings> {
  return liveSettings(plan.spec, await surveyPlan(plan, asking));
}

/** What is still missing until a snapshot proves that the plan has converged; empty: proved. */
export const missingIn = (plan: ClusterPlan, snapshot: Snapshot, heardWithinMs?: number): string[] =>
  convergence(snapshot, { masterName: plan.spec.masterName, nodes: plan.nodes, heardWithinMs });

/** Opens one connection to a node for `work`, and always closes it. Throws WireError. */
export async function withNode<T>(
  node: NodePlan,
  asking: Asking,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await openConnection(node.endpoint, askingAs(asking, node.kind));
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}
