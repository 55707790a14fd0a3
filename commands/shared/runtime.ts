import type { Context } from '../../src/cli/context.js';
import type { Runtime } from '../../src/cluster/runtime.js';
import type { ClusterState } from '../../src/cluster/store/state.js';
import { DRIVERS } from '../../src/drivers/registry.js';
import type { AttachedCluster } from '../../src/model/attached.js';
import { attachedWays } from './attached-ways.js';
import { requestOf, storeOf } from './target.js';

/** What the functions below the commands work with. */
export function runtimeOf(context: Context): Runtime {
  const { clock, env, progress: onProgress, signal } = context;
  const attached = attachedWays(context);
  return { clock, env, onProgress, signal, store: storeOf(context), drivers: DRIVERS, attached };
}

/** A cluster that a command acts on, created by sentinelctl or attached under a name. */
export interface OwnCluster {
  name: string;
  state: ClusterState;
  runtime: Runtime;
  /** What the command is called, with its words: `kill redis-1`. */
  action: string;
}

/** The named master of an attached cluster, which may have several; null for a cluster that sentinelctl created. */
export const meantMaster = ({ globals }: Context, { state }: Pick<OwnCluster, 'state'>): string | null =>
  state.attached === undefined ? null : globals.masterName;

/**
 * The cluster that a command acts on; `record` as in requestOf. Throws `attached` (3) where only addresses of its
 * sentinels were given.
 */
export async function ownCluster(
  context: Context,
  action: string,
  record?: AttachedCluster | null,
): Promise<OwnCluster> {
  const runtime = runtimeOf(context);
  const request = requestOf(context, context.globals.masterName, record);
  const { resolveActable } = await import('../../src/cluster/target.js');
  return { ...(await resolveActable(runtime.store, request, action)), runtime, action };
}
