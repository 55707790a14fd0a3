import type { Context } from '../../src/cli/context.js';
import { openStore, type Store } from '../../src/cluster/store/state.js';
import type { Target, TargetRequest } from '../../src/cluster/target.js';
import { stateHome } from '../../src/config/paths.js';
import { PLAIN, setDialled } from '../../src/model/hints.js';
import { accessSource } from './access.js';

/** Deadline of one server's answers when a cluster is looked at, in milliseconds. */
export const LOOK_DEADLINE_MS = 1500;

export const storeOf = (context: Context): Store => openStore(stateHome(context.env));

/** Half of `--timeout`, so that a silent server is shown as silent before the whole command is cut off. */
export const lookDeadlineMs = ({ globals }: Context): number =>
  globals.timeoutMs === null ? LOOK_DEADLINE_MS : globals.timeoutMs / 2;

/** Resolves the target again at each call: a local cluster may be created or removed while it is watched. */
export type TargetSource = () => Promise<Target>;

/** Passwords of attached clusters come from a file or the environment, never from argv; they are read once. */
export async function targetSource(
  context: Context,
  masterName: string | null = context.globals.masterName,
): Promise<TargetSource> {
  const request = requestOf(context, masterName);
  const { resolveTarget } = await import('../../src/cluster/target.js');
  return async () => {
    const target = await resolveTarget(storeOf(context), request);
    // The menu looks at one cluster after the other.
    if (target.kind === 'own') setDialled(PLAIN);
    return target;
  };
}

/** The cluster that is meant; said where it was not named, since it is the only one. */
export function clusterOf({ globals, progress }: Context): string {
  const { cluster, clusterFrom } = globals;
  if (clusterFrom === 'only')
    progress({ type: 'note', level: 'info', text: `cluster ${cluster}: no other one is known here` });
  return cluster;
}

/** Which cluster a command line means, and how it is reached. */
export function requestOf(context: Context, masterName: string | null): TargetRequest {
  const { globals } = context;
  return {
    cluster: clusterOf(context),
    sentinelAddrs: globals.sentinelAddrs,
    sentinelAddrsFrom: globals.sentinelAddrsFrom,
    masterName,
    accessOptions: globals.accessOptions,
    access: accessSource(context),
  };
}

/** The cluster that a command shows. */
export async function targetOf(
  context: Context,
  masterName: string | null = context.globals.masterName,
): Promise<Target> {
  return (await targetSource(context, masterName))();
}
