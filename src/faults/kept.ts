import type { LiveCluster } from '../cluster/open.js';
import { keysOf } from '../cluster/up/master.js';
import { refused } from '../errors.js';
import { keepsChanges, persistsIn } from '../model/conf.js';
import { command } from '../model/hints.js';
import { dataNodes, type NodePlan } from '../model/plan.js';
import type { Snapshot } from '../model/snapshot.js';
import { count, listed } from '../model/words.js';
import type { ClusterRoles } from '../observe/roles.js';
import type { Act } from './act.js';

/** The ids of the nodes that a fault ends and whose disk keeps what they hold. */
export interface Kept {
  /** Every change, also the last one. */
  changes: ReadonlySet<string>;
  /** What the last RDB file has, at least. */
  some: ReadonlySet<string>;
}

/** Reads what the nodes that end keep: for what the fault means to the data, and for whether it is refused. */
export async function keptOf(
  { host }: Pick<LiveCluster, 'host'>,
  snapshot: Snapshot,
  acts: readonly Act[],
): Promise<Kept> {
  const answers = new Map(
    snapshot.groups.flatMap(({ nodes }) => nodes.map(({ id, answer }) => [id, answer] as const)),
  );
  const ends = [...new Set(acts.flatMap((act) => (act.act === 'end' ? [act.node] : [])))];
  const read = await Promise.all(
    ends.filter((id) => answers.has(id)).map(async (id) => ({ id, conf: await host.readConf(id) })),
  );
  const idsWhere = (keeps: (one: { id: string; conf: string | undefined }) => boolean): Set<string> =>
    new Set(read.filter(keeps).map(({ id }) => id));
  const changes = idsWhere(({ id, conf }) => keepsChanges(conf, answers.get(id)?.logsWrites));
  const some = idsWhere(({ id, conf }) => changes.has(id) || (conf !== undefined && persistsIn(conf)));
  return { changes, some };
}

/**
 * Refuses a fault after which the cluster holds nothing: the master ends and is started again at once without a file
 * that has its data, so that its replicas copy an empty data set; or every data node ends, and none has a file. Throws
 * `would-come-back-empty` (3) where there are keys to lose; with `force` it answers with how many.
 */
export async function requireKept(
  live: LiveCluster,
  { master }: ClusterRoles,
  acts: readonly Act[],
  { kept, typed, force }: { kept: Kept; typed: string; force: boolean },
): Promise<number> {
  const ends = acts.flatMap((act) => (act.act === 'end' ? [act] : []));
  const isEnded = ({ id }: NodePlan): boolean => ends.some(({ node }) => node === id);
  const nodes = dataNodes(live.plan);
  const isRestarted = ends.some(({ node, restart }) => node === master.id && restart === true);
  if (!isRestarted && !nodes.every(isEnded)) return 0;
  if (isRestarted ? kept.changes.has(master.id) : kept.some.size > 0) return 0;
  const keys = await mostKeys(live);
  if (keys === 0 || force) return keys;
  throw refused(
    'would-come-back-empty',
    `cluster "${live.plan.spec.cluster}" would lose its data: up to ${count(keys, 'key')}`,
    {
      why: isRestarted
        ? `${master.id}, the master, writes no append-only file: started again at once it has what its last RDB file holds, or nothing, and its replicas copy that`
        : `${listed(nodes.map(({ id }) => id))} all end, and none of them writes to disk`,
      hint: `${command(`${typed} --force`, live.plan.spec.cluster)} # deletes the data`,
    },
  );
}

/** How many of those keys are gone, once everything runs again. */
export const lostOf = async (live: LiveCluster, atRisk: number): Promise<number> =>
  atRisk === 0 ? 0 : Math.max(0, atRisk - (await mostKeys(live)));

/** A node that does not answer holds none that count. */
async function mostKeys({ plan, asking }: LiveCluster): Promise<number> {
  const held = await Promise.all(dataNodes(plan).map((node) => keysOf(node, asking).catch(() => 0)));
  return Math.max(0, ...held);
}
