import type { NodeHost } from '../../drivers/node-host.js';
import { sameAddress } from '../../model/address.js';
import type { OnProgress } from '../../model/events.js';
import { type ClusterPlan, dataNodes, type NodePlan, sentinelNodes } from '../../model/plan.js';
import { keysIn } from '../../model/records.js';
import type { Asking } from '../../wire/access.js';
import { parseInfo } from '../../wire/info.js';
import { withNode } from '../ask.js';
import type { LiveCluster } from '../open.js';
import type { ClusterState, Store } from '../store/state.js';

/** What is known of the data that the nodes start from. */
export interface KeptData {
  /** The id of the node that was master last; undefined where no file names one. */
  lastMaster: string | undefined;
  /** The ids of the nodes that have data files. */
  onDisk: readonly string[];
}

/**
 * The node that becomes master when every node starts from its data on disk: the last master if it wrote to disk and
 * its files are there, also when they hold no key, since a replica that went down earlier may hold more keys with older
 * values, or keys that were deleted; else the node with the most keys, the first of equals. Otherwise the usual master, which keeps nothing on disk, would start empty and its replicas would
 * delete their data. Nodes that write to disk are preferred to those that do not: these may hold what their last full
 * resync left, as many keys with older values.
 */
export async function chooseMaster(
  live: Pick<LiveCluster, 'plan' | 'asking'>,
  onProgress: OnProgress,
  { lastMaster, onDisk }: KeptData,
): Promise<NodePlan> {
  const counted = await Promise.all(
    dataNodes(live.plan).map(async (node) => ({ node, keys: await keysOf(node, live.asking) })),
  );
  const first = counted[0];
  if (first === undefined) throw new Error('a plan without data nodes');
  const written = counted.filter(({ node, keys }) => node.persistent && keys > 0);
  const last = counted.find(
    ({ node, keys }) => node.id === lastMaster && node.persistent && (keys > 0 || onDisk.includes(node.id)),
  );
  const best = last ?? (written.length > 0 ? written : counted).reduce((a, b) => (b.keys > a.keys ? b : a));
  if (counted.some(({ keys }) => keys > 0)) {
    const { id } = best.node;
    const most =
      written.length > 0 ? 'no other node that writes to disk has more keys' : 'no other node has more keys';
    const why = last === undefined ? most : 'it was the last master';
    const held = counted.map(({ node, keys }) => `${node.id} ${keys}`).join(', ');
    onProgress({
      type: 'note',
      level: 'info',
      text: `${id} becomes the master (${why}), and the other nodes copy its data; keys on disk: ${held}`,
    });
  }
  return best.node;
}

/** How many keys a running node holds in all of its databases: DBSIZE counts only database 0. Throws WireError. */
export async function keysOf(node: NodePlan, asking: Asking): Promise<number> {
  return keysIn(parseInfo(await withNode(node, asking, (c) => c.call('INFO', 'keyspace'))));
}

/** `sentinel monitor NAME HOST PORT QUORUM` and `sentinel config-epoch NAME N`, as Sentinel writes them down. */
const MONITOR = /^\s*sentinel\s+monitor\s+\S+\s+(\S+)\s+(\d+)\s/im;
const EPOCH = /^\s*sentinel\s+config-epoch\s+\S+\s+(\d+)/im;

/**
 * The data node that the sentinels' own files name as master, running or not: the one with the highest config epoch.
 * Undefined where no file can be read, or the node is not in the plan.
 */
async function lastMasterOf(host: NodeHost, plan: ClusterPlan): Promise<string | undefined> {
  const read = sentinelNodes(plan).map(({ id }) => host.readConf(id).catch(() => undefined));
  const named = (await Promise.all(read)).flatMap((conf) => {
    const [, address, port] = conf?.match(MONITOR) ?? [];
    if (address === undefined) return [];
    return [{ address: { host: address, port: Number(port) }, epoch: Number(conf?.match(EPOCH)?.[1] ?? 0) }];
  });
  const [latest] = named.sort((a, b) => b.epoch - a.epoch);
  return dataNodes(plan).find((node) => sameAddress(node.announce, latest?.address))?.id;
}

/** Saves which node is master before the files that name it are removed; returns the new state. */
export async function rememberMaster(
  store: Store,
  host: NodeHost,
  state: ClusterState,
): Promise<ClusterState> {
  const lastMaster = (await lastMasterOf(host, state.plan)) ?? state.lastMaster;
  if (lastMaster === undefined) return state;
  const known: ClusterState = { ...state, lastMaster };
  await store.save(state.plan.spec.cluster, known);
  return known;
}
