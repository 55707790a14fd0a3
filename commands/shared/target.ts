import type { Context } from '../../src/cli/context.js';
import { openStore, type Store } from '../../src/cluster/store/state.js';
import type { Target, TargetRequest } from '../../src/cluster/target.js';
import { stateHome } from '../../src/config/paths.js';
import type { AttachedCluster } from '../../src/model/attached.js';
import { setConfs } from '../../src/model/hints.js';
import { accessSource } from './access.js';
import { withFileClusters } from './file-clusters.js';

/** The clusters that are known here: those below the state directory, and those of the project's file. */
export const storeOf = (context: Context): Store =>
  withFileClusters(openStore(stateHome(context.env)), context);

/** Resolves the target again at each call: a local cluster may be created or removed while it is watched. */
export type TargetSource = () => Promise<Target>;

/** Passwords of attached clusters come from a file or the environment, never from argv; they are read once. */
export async function targetSource(
  context: Context,
  masterName: string | null = context.globals.masterName,
  record?: AttachedCluster,
): Promise<TargetSource> {
  const request = requestOf(context, masterName, record);
  const { resolveTarget } = await import('../../src/cluster/target.js');
  const store = storeOf(context);
  return async () => {
    const target = await resolveTarget(store, request);
    setConfs(confsOf(target));
    return target;
  };
}

/** Of containers the path alone starts nothing. */
function confsOf(target: Target): Map<string, string> {
  const servers = target.kind === 'own' || target.record?.way === 'docker' ? [] : target.record?.servers;
  return new Map((servers ?? []).flatMap(({ id, conf }) => (conf === undefined ? [] : [[id, conf]])));
}

/** What was said already by a command that looks twice. */
const said = new WeakSet<Context['globals']>();

/** The cluster that is meant; said once where it was not named, since it is the only one. */
export function clusterOf({ globals, progress }: Context): string {
  const { cluster, clusterFrom } = globals;
  if (clusterFrom === 'only' && !said.has(globals)) {
    said.add(globals);
    progress({
      type: 'note',
      level: 'info',
      text: `the cluster is "${cluster}", the only one on this machine`,
    });
  }
  return cluster;
}

/**
 * Which cluster a command line means, and how it is reached. `record`: what was read of it already, null where it is not
 * attached.
 */
export function requestOf(
  context: Context,
  masterName: string | null,
  record?: AttachedCluster | null,
): TargetRequest {
  const { globals } = context;
  return {
    cluster: clusterOf(context),
    sentinelAddrs: globals.sentinelAddrs,
    sentinelAddrsFrom: globals.sentinelAddrsFrom,
    masterName,
    ...(record !== undefined && { record }),
    accessOptions: globals.accessOptions,
    access: accessSource(context),
  };
}

/** The cluster that a command shows. */
export async function targetOf(
  context: Context,
  masterName: string | null = context.globals.masterName,
  record?: AttachedCluster,
): Promise<Target> {
  return (await targetSource(context, masterName, record))();
}
