import type { Context } from '../cli/context.js';
import { defaultsOf } from '../cli/option.js';
import { loadCommand } from '../cli/registry.js';
import type { World } from '../cli/world.js';
import { withDeadline } from '../clock.js';
import { EXIT } from '../errors.js';
import type { StatusResult } from '../model/status.js';

/** How long a question may wait for the state of its nodes, in milliseconds. */
const LOOK_MS = 700;
/** The deadline of a single server, shorter, so that a silent one is shown as silent, in milliseconds. */
const SERVER_MS = 500;

/** The result of a quick look at a cluster. */
export interface QuickLook {
  health: 'healthy' | 'unhealthy' | 'down';
  status: StatusResult;
}

/**
 * Asks a cluster like `status`, quickly and without output; undefined where that takes too long or fails, since the
 * question is asked without the states then.
 */
export async function quickLook(world: World, cluster: string): Promise<QuickLook | undefined> {
  const stop = new AbortController();
  try {
    const def = await loadCommand(world.commands, 'status');
    if (def === undefined) return undefined;
    // Loading blocks, and takes longer than asking on a busy machine: servers would look silent.
    await def.prepare?.();
    const looking = def.run(quietContext(world, cluster, stop.signal), {
      args: [],
      options: defaultsOf(def.options),
    });
    const late = (): Error => new Error('too late');
    const status = (await withDeadline(world.clock, LOOK_MS, looking, late)) as StatusResult;
    const code = def.exitCode?.(status) ?? EXIT.unknown;
    const health = code === EXIT.ok ? 'healthy' : code === EXIT.unreachable ? 'down' : 'unhealthy';
    return { health, status };
  } catch {
    return undefined;
  } finally {
    stop.abort();
  }
}

/** The context of `status --cluster NAME` without output. */
function quietContext(world: World, cluster: string, signal: AbortSignal): Context {
  return {
    clock: world.clock,
    env: world.env,
    globals: {
      cluster,
      clusterGiven: true,
      sentinelAddrs: null,
      sentinelAddrsFrom: null,
      masterName: null,
      passwordFile: null,
      // A command gives each server half of its own time.
      timeoutMs: 2 * SERVER_MS,
      output: 'table',
      yes: false,
      input: false,
      quiet: true,
    },
    signal,
    progress: () => {},
    write: () => Promise.resolve(),
    prompts: null,
    stdout: { isTTY: false, columns: 80, color: false },
    openScreen: null,
  };
}
