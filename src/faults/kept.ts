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
 * `would-come-back-empty` (3) where there are keys to lose.
 */
export async function requireKept(
  live: LiveCluster,
  { master }: ClusterRoles,
  acts: readonly Act[],
  { changes, some }: Kept,
  typed: string,
): Promise<void> {
  const ends = acts.flatMap((act) => (act.act === 'end' ? [act] : []));
  const isEnded = ({ id }: NodePlan): boolean => ends.some(({ node }) => node === id);
  const nodes = dataNodes(live.plan);
  const isRestarted = ends.some(({ node, restart }) => node === master.id && restart === true);
  if (!isRestarted && !nodes.every(isEnded)) return;
  if (isRestarted ? changes.has(master.id) : some.size > 0) return;
  const held = await Promise.all(nodes.map((node) => keysOf(node, live.asking)));
  const keys = Math.max(0, ...held);
  if (keys === 0) return;
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
