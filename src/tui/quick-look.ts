import type { Context } from '../cli/context.js';
import { defaultsOf } from '../cli/option.js';
import { loadCommand } from '../cli/registry.js';
import type { World } from '../cli/world.js';
import { withDeadline } from '../clock.js';
import { EXIT } from '../errors.js';
import type { StatusResult } from '../model/status.js';

/** How long a question may keep its reader waiting for what is live in it, in milliseconds. */
const LOOK_MS = 700;
/** Of these, what a single server has: whoever is silent is shown as silent within the whole. */
const SERVER_MS = 500;

/** What a glance at a cluster of ours tells. */
export interface Glance {
  health: 'healthy' | 'unhealthy' | 'down';
  status: StatusResult;
}

/**
 * Asks a cluster of ours as `status` does, quickly and without a word; undefined where that takes too long or can't
 * be done: a question is asked all the same then.
 */
export async function glanceAt(world: World, cluster: string): Promise<Glance | undefined> {
  const stop = new AbortController();
  try {
    const def = await loadCommand(world.commands, 'status');
    if (def === undefined) return undefined;
    // Loading takes longer than asking on a busy machine, and blocks: servers would look silent meanwhile.
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

/** As if `status --cluster NAME` had been typed where nobody sees what it writes. */
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
