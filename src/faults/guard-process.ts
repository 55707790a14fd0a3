import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Runtime } from '../cluster/runtime.js';
import { appendRecord } from '../cluster/store/journal.js';
import { messageOf } from '../errors.js';
import { ownCommand } from '../host/own-command.js';
import { identify, ownIdentity, type ProcessIdentity } from '../host/process-identity.js';
import { signalProcess } from '../host/signal.js';
import type { AttachedCluster } from '../model/attached.js';

type Using = Pick<Runtime, 'store' | 'env' | 'onProgress'>;

/**
 * Starts a process of our own that outlives this one and heals the cluster when the journal's time has come and this
 * process is gone; it is written into the journal, and answered. Where it cannot be started the run goes on without, and
 * says so. `variables`: those of this shell that it needs.
 */
export async function startGuard(
  runtime: Using,
  cluster: string,
  id: string,
  variables: readonly string[],
): Promise<ProcessIdentity[]> {
  try {
    const [program, entry] = ownCommand();
    const child = spawn(program, [entry, '__guard', id, '--cluster', cluster, '--quiet'], {
      cwd: runtime.store.home,
      detached: true,
      stdio: 'ignore',
      env: guardEnv(runtime, variables),
    });
    await once(child, 'spawn');
    child.unref();
    const identity = child.pid === undefined ? undefined : await identify(child.pid);
    if (identity === undefined) return [];
    await appendRecord(runtime.store, cluster, { type: 'guard', process: identity });
    return [identity];
  } catch (error) {
    const text = `no guard will heal this if the command is killed: ${messageOf(error)}`;
    runtime.onProgress({ type: 'note', level: 'warning', text });
    return [];
  }
}

/** The variables in which an attached cluster's passwords are: what rolls back logs in as well. */
export const variablesOf = (attached: AttachedCluster | undefined): string[] =>
  Object.values(attached?.access.credentials ?? {}).flatMap(({ password }) =>
    password?.from === 'environment' ? [password.variable] : [],
  );

/** Without what is said to this command alone; secrets are among that, and an environment can be read from outside. */
export function guardEnv(
  { env, store }: Pick<Runtime, 'env' | 'store'>,
  variables: readonly string[] = [],
): Record<string, string> {
  const kept = Object.entries(env).filter(
    ([name]) => variables.includes(name) || !/^(SENTINELCTL_|REDIS|VALKEY)/.test(name),
  );
  const given = kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return { ...Object.fromEntries(given), SENTINELCTL_HOME: store.home };
}

/** Ends the guards of a journal, by their identity; not this process, where it is one of them. */
export async function endGuards(guards: readonly ProcessIdentity[]): Promise<void> {
  if (guards.length === 0) return;
  const self = await ownIdentity();
  for (const guard of guards) {
    if (guard.pid !== self.pid) await signalProcess(guard, 'SIGKILL').catch(() => false);
  }
}
