import type { Context } from '../../src/cli/context.js';
import type { Runtime } from '../../src/cluster/runtime.js';
import { openStore, type Store } from '../../src/cluster/store/state.js';
import { requireOwn, resolveTarget, type Target } from '../../src/cluster/target.js';
import { stateHome } from '../../src/config/paths.js';
import { readSecret } from '../../src/config/secret.js';
import { DRIVERS } from '../../src/drivers/registry.js';
import { accessWith } from '../../src/wire/access.js';

/** Deadline of one server's answers when a cluster is looked at, in milliseconds. */
const LOOK_DEADLINE_MS = 1500;

export const storeOf = (context: Context): Store => openStore(stateHome(context.env));

/** The engine as a command uses it. */
export function engineOf(context: Context): Runtime {
  const { clock, env, progress: onProgress, signal } = context;
  return { clock, env, onProgress, signal, store: storeOf(context), drivers: DRIVERS };
}

/** Half of `--timeout`, so that what is silent is shown as silent before the whole command is cut off. */
export const lookDeadlineMs = ({ globals }: Context): number =>
  globals.timeoutMs === null ? LOOK_DEADLINE_MS : globals.timeoutMs / 2;

/** Settles anew what is meant each time: a cluster of ours may go and come while it is watched. */
export type TargetSource = () => Promise<Target>;

/** Passwords of attached clusters come from a file or the environment, never from argv; they are read once. */
export async function targetSource(
  context: Context,
  masterName: string | null = context.globals.masterName,
): Promise<TargetSource> {
  const { globals, env } = context;
  const password =
    globals.passwordFile === null
      ? (env.SENTINELCTL_PASSWORD ?? null)
      : await readSecret(globals.passwordFile);
  return () =>
    resolveTarget(storeOf(context), {
      cluster: globals.cluster,
      sentinelAddrs: globals.sentinelAddrs,
      sentinelAddrsFrom: globals.sentinelAddrsFrom,
      masterName,
      access: accessWith(password, { sentinelPassword: env.SENTINELCTL_SENTINEL_PASSWORD ?? password }),
    });
}

/** What the command looks at. */
export async function targetOf(
  context: Context,
  masterName: string | null = context.globals.masterName,
): Promise<Target> {
  return (await targetSource(context, masterName))();
}

/** The name of the cluster of ours that a command acts on. Throws `attached` (3) for one that is not ours. */
export async function ownCluster(context: Context, action: string): Promise<string> {
  return requireOwn(await targetOf(context), action).name;
}
