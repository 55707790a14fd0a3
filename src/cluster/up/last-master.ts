import type { NodeHost } from '../../drivers/node-host.js';
import { sameAddress } from '../../model/address.js';
import { type ClusterPlan, dataNodes, sentinelNodes } from '../../model/plan.js';
import type { ClusterState, Store } from '../store/state.js';

/** `sentinel monitor NAME HOST PORT QUORUM` and `sentinel config-epoch NAME N`, as Sentinel writes them down. */
const MONITOR = /^\s*sentinel\s+monitor\s+\S+\s+(\S+)\s+(\d+)\s/im;
const EPOCH = /^\s*sentinel\s+config-epoch\s+\S+\s+(\d+)/im;

/**
 * The data node that the sentinels' own files name as master, running or not: the one with the highest config epoch.
 * Undefined where none can be read, or they name somebody else.
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

/** Writes down who is master before the files that say so are removed; answers the state as it is then. */
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
