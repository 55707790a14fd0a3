import type { LiveCluster } from '../cluster/open.js';
import { keysOf } from '../cluster/up/master.js';
import { refused } from '../errors.js';
import { logsChangesIn, persistsIn } from '../model/conf.js';
import { command } from '../model/hints.js';
import { dataNodes, type NodePlan } from '../model/plan.js';
import { count, listed } from '../model/words.js';
import type { ClusterRoles } from '../observe/roles.js';
import type { Act } from './act.js';

/**
 * Refuses a fault after which the cluster holds nothing: the master ends and is started again at once without a file
 * that has its data, so that its replicas copy an empty data set; or every data node ends, and none has a file. Throws
 * `would-come-back-empty` (3) where there are keys to lose.
 */
export async function requireKept(
  live: LiveCluster,
  { master }: ClusterRoles,
  acts: readonly Act[],
  typed: string,
): Promise<void> {
  const ends = acts.flatMap((act) => (act.act === 'end' ? [act] : []));
  const isEnded = ({ id }: NodePlan): boolean => ends.some(({ node }) => node === id);
  const nodes = dataNodes(live.plan);
  const isRestarted = ends.some(({ node, restart }) => node === master.id && restart === true);
  if (!isRestarted && !nodes.every(isEnded)) return;
  const confs = await Promise.all(nodes.map(({ id }) => live.host.readConf(id)));
  const keeps = (conf: string | undefined): boolean =>
    conf !== undefined && (isRestarted ? logsChangesIn(conf) : persistsIn(conf));
  const kept = isRestarted ? keeps(confs[nodes.findIndex(({ id }) => id === master.id)]) : confs.some(keeps);
  if (kept) return;
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
