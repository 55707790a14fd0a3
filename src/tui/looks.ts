import type { Context } from '../cli/context.js';
import { type Failure, failureOf } from '../cli/failure.js';
import { defaultsOf } from '../cli/option.js';
import { loadCommand } from '../cli/registry.js';
import type { World } from '../cli/world.js';
import { withDeadline } from '../clock.js';
import type { Globals } from '../config/globals.js';
import { EXIT } from '../errors.js';
import type { StatusResult } from '../model/status.js';

/** How long a question may wait for the state of its nodes, in milliseconds. */
const QUICK_MS = 700;
/** The deadline of a single server, shorter, so that a silent one is shown as silent, in milliseconds. */
const SERVER_MS = 500;

/** What `status` says of a cluster. */
export interface SeenCluster {
  health: 'healthy' | 'unhealthy' | 'down';
  status: StatusResult;
}
/** The same, or why there is none. */
export type LookResult = SeenCluster | { failure: Failure };

/** Asks a cluster like `status` with these options, without output; never rejects. */
export async function lookAtCluster(
  world: World,
  globals: Globals,
  signal: AbortSignal,
): Promise<LookResult> {
  try {
    const { result, code } = await quietly(world, 'status', { args: [], globals, signal });
    const health = code === EXIT.ok ? 'healthy' : code === EXIT.unreachable ? 'down' : 'unhealthy';
    return { health, status: result as StatusResult };
  } catch (error) {
    return { failure: failureOf(error) };
  }
}

/** The same within the time that a question may wait; undefined where that is not enough, or where it fails. */
export async function quickLook(world: World, cluster: string): Promise<SeenCluster | undefined> {
  const stop = new AbortController();
  try {
    // Loading blocks, and takes longer than asking on a busy machine: servers would look silent.
    await (await loadCommand(world.commands, 'status'))?.prepare?.();
    const looking = lookAtCluster(world, quickGlobals(cluster), stop.signal);
    const look = await withDeadline(world.clock, QUICK_MS, looking, () => new Error('too late'));
    return 'status' in look ? look : undefined;
  } catch {
    return undefined;
  } finally {
    stop.abort();
  }
}

/** Runs a command that only reads, as for a script: without output, with its options as they are by default. */
export async function quietly(
  world: World,
  name: string,
  { args, globals, signal }: { args: readonly unknown[]; globals: Globals; signal: AbortSignal },
): Promise<{ result: unknown; code: number }> {
  const def = await loadCommand(world.commands, name);
  if (def === undefined) throw new Error(`no command ${name}`);
  await def.prepare?.();
  const options = defaultsOf(def.options);
  const result = await def.run(quietContext(world, globals, signal), { args, options });
  return { result: def.toJson?.(result) ?? result, code: def.exitCode?.(result) ?? EXIT.ok };
}

/** Those of `status --cluster NAME`. A command gives each server half of its own time. */
const quickGlobals = (cluster: string): Globals => ({
  cluster,
  clusterGiven: true,
  clusterFrom: 'flag',
  sentinelAddrs: null,
  sentinelAddrsFrom: null,
  masterName: null,
  passwordFile: null,
  username: null,
  sentinelUsername: null,
  sentinelPasswordFile: null,
  accessOptions: [],
  tls: null,
  timeoutMs: 2 * SERVER_MS,
  output: 'json',
  columns: null,
  yes: false,
  confirm: null,
  input: false,
  quiet: true,
  fileClusters: [],
});

function quietContext(world: World, globals: Globals, signal: AbortSignal): Context {
  return {
    clock: world.clock,
    env: world.env,
    line: [],
    atEnd: () => {},
    globals: { ...globals, output: 'json', yes: false, confirm: null, input: false, quiet: true },
    signal,
    progress: () => {},
    write: () => Promise.resolve(),
    prompts: null,
    stdout: { isTTY: false, columns: 80, color: false },
    openScreen: null,
  };
}
