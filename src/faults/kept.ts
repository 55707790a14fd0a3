import { withNode } from '../cluster/ask.js';
import { countKeys, mostKeys } from '../cluster/held.js';
import type { LiveCluster } from '../cluster/open.js';
import { refused } from '../errors.js';
import { keepsChanges, persistsIn } from '../model/conf.js';
import { command } from '../model/hints.js';
import { dataNodes, type NodePlan } from '../model/plan.js';
import { keysIn } from '../model/records.js';
import type { Snapshot } from '../model/snapshot.js';
import { count, listed } from '../model/words.js';
import type { ClusterRoles } from '../observe/roles.js';
import { parseInfo } from '../wire/info.js';
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

/** What a fault puts at risk, as it was right before. */
export interface AtRisk {
  /** The most keys that one node held; null where the master did not say how many it had. */
  keys: number | null;
  /** The id of the node that was the master. */
  master: string;
  /** The stream that the data is of (master_replid), and how far it had come. */
  replid: string;
  offset: number;
  /** Whether the master has an RDB file that it starts with. */
  isSnapshotted: boolean;
}

/**
 * Refuses a fault after which the cluster holds nothing: the master ends and is started again at once without a file
 * that has its data, so that its replicas copy an empty data set; or every data node ends, and none has a file. Throws
 * `would-come-back-empty` (3) where there are keys to lose, or a node does not say how many; with `force` it answers
 * what is at risk, null for nothing.
 */
export async function requireKept(
  live: LiveCluster,
  { master }: ClusterRoles,
  acts: readonly Act[],
  { kept, typed, force }: { kept: Kept; typed: string; force: boolean },
): Promise<AtRisk | null> {
  const ends = acts.flatMap((act) => (act.act === 'end' ? [act] : []));
  const isEnded = ({ id }: NodePlan): boolean => ends.some(({ node }) => node === id);
  const nodes = dataNodes(live.plan);
  const isRestarted = ends.some(({ node, restart }) => node === master.id && restart === true);
  if (!isRestarted && !nodes.every(isEnded)) return null;
  if (isRestarted ? kept.changes.has(master.id) : kept.some.size > 0) return null;
  const counts = await countKeys(live);
  const keys = mostKeys(counts) ?? 0;
  const unknown = [...counts].flatMap(([id, count]) => (count === null ? [id] : []));
  if (keys === 0 && unknown.length === 0) return null;
  const isSnapshotted = kept.some.has(master.id);
  if (force) {
    const known = counts.get(master.id) == null ? null : keys;
    return { keys: known, master: master.id, isSnapshotted, ...(await streamOf(live, master)) };
  }
  const notKnown = `what ${listed(unknown)} ${unknown.length === 1 ? 'holds' : 'hold'} is not known`;
  throw refused(
    'would-come-back-empty',
    `cluster "${live.plan.spec.cluster}" would lose its data: ${[...(keys > 0 ? [`up to ${count(keys, 'key')}`] : []), ...(unknown.length > 0 ? [notKnown] : [])].join('; ')}`,
    {
      why: isRestarted
        ? `${master.id}, the master, writes no append-only file: started again at once it has what its last RDB file holds, or nothing, and its replicas copy that`
        : `${listed(nodes.map(({ id }) => id))} all end, and none of them writes to disk`,
      hint: `${command(`${typed} --force`, live.plan.spec.cluster)} # deletes the data`,
    },
  );
}

/** How many of those keys are gone, once everything runs again; null where that is not known. */
export async function lostOf(live: LiveCluster, atRisk: AtRisk | null): Promise<number | null> {
  if (atRisk === null) return 0;
  const asked = dataNodes(live.plan).map(async (node) => {
    const info = await infoOf(live, node).catch(() => null);
    return info?.get('role') === 'master' ? [{ id: node.id, info }] : [];
  });
  const masters = (await Promise.all(asked)).flat();
  const now = masters.find(({ id }) => id === atRisk.master) ?? masters[0];
  return now === undefined ? null : lostAt(atRisk, now);
}

/**
 * By the stream, not by the number of keys, which new writes raise: a master that goes on with it has lost nothing, also
 * a promoted one (replication.c, shiftReplicationId). A master that was started again has what it loaded
 * (rdb_last_load_keys_loaded, since Redis 7.0), and any other one a copy of that: all is gone where it is empty. What a
 * replica that was promoted a few bytes early lacks, or one that was promoted after another one, is not known: null.
 * @internal Tests judge answers by it.
 */
export function lostAt(
  { keys, master, replid, offset, isSnapshotted }: AtRisk,
  { id, info }: { id: string; info: ReadonlyMap<string, string> },
): number | null {
  const goesOn =
    info.get('master_replid') === replid ||
    (info.get('master_replid2') === replid && Number(info.get('second_repl_offset')) > offset);
  if (goesOn) return 0;
  if (keys === null) return null;
  if (id !== master) return keysIn(info) === 0 ? keys : null;
  const loaded = info.get('rdb_last_load_keys_loaded') ?? (isSnapshotted ? keysIn(info) : 0);
  return Math.max(0, keys - Number(loaded));
}

const infoOf = async (
  { asking }: Pick<LiveCluster, 'asking'>,
  node: NodePlan,
): Promise<ReadonlyMap<string, string>> =>
  parseInfo(await withNode(node, asking, (connection) => connection.call('INFO')));

/** Empty for a master that does not answer: what runs afterwards goes on with no stream of it. */
async function streamOf(live: LiveCluster, master: NodePlan): Promise<Pick<AtRisk, 'replid' | 'offset'>> {
  const info = await infoOf(live, master).catch(() => new Map<string, string>());
  return { replid: info.get('master_replid') ?? 'none', offset: Number(info.get('master_repl_offset') ?? 0) };
}
