import { processRecordOf } from '../drivers/attached-host.js';
import { readIfThere } from '../host/files.js';
import type { Store } from './store/state.js';
import type { Target } from './target.js';

/** Ids of the servers of a cluster attached with --local that were never seen running here: how they are started is not known. */
export async function neverSeen(store: Pick<Store, 'dirOf'>, target: Target): Promise<string[]> {
  if (target.kind === 'own' || target.record?.way !== 'local') return [];
  const { cluster, servers } = target.record;
  const seen = await Promise.all(
    servers.map(({ id }) => readIfThere(processRecordOf(store.dirOf(cluster), id))),
  );
  return servers.flatMap(({ id }, i) => (seen[i] === undefined ? [id] : []));
}
