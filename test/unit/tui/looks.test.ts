import { describe, expect, it } from 'vitest';
import { defineCommand } from '../../../src/cli/command.js';
import type { Context } from '../../../src/cli/context.js';
import type { World } from '../../../src/cli/world.js';
import { systemClock } from '../../../src/clock.js';
import { EXIT, type ExitCode, refused } from '../../../src/errors.js';
import { quickLook } from '../../../src/tui/looks.js';
import { memoryWorld } from '../../helpers/world.js';

/** A world whose `status` does what the test says. */
function worldWith(
  run: (context: Context) => Promise<unknown>,
  code: ExitCode = EXIT.ok,
  prepare: () => Promise<void> = () => Promise.resolve(),
): World {
  const def = defineCommand({
    examples: [],
    prepare,
    run,
    render: () => '',
    exitCode: () => code,
  });
  return memoryWorld({
    commands: { status: { summary: 'status', group: 'Inspect', load: async () => ({ default: def }) } },
  });
}

describe('a quick look at a cluster', () => {
  it.each([
    [EXIT.ok, 'healthy'],
    [EXIT.violated, 'unhealthy'],
    [EXIT.unreachable, 'down'],
  ] as const)('exit code %i of status is %s', async (code, health) => {
    let asked: Context['globals'] | undefined;
    const world = worldWith(async ({ globals }) => {
      asked = globals;
      return 'the status';
    }, code);
    expect(await quickLook(world, 'orders')).toEqual({ health, status: 'the status' });
    expect(asked).toMatchObject({ cluster: 'orders', sentinelAddrs: null, input: false });
  });

  it('is given up when its time is over, and what it began ends', async () => {
    let signal: AbortSignal | undefined;
    const world = worldWith((context) => {
      signal = context.signal;
      return new Promise(() => {});
    });
    const hurried: World = {
      ...world,
      clock: { ...systemClock, after: (_ms, ring) => systemClock.after(0, ring) },
    };
    expect(await quickLook(hurried, 'default')).toBeUndefined();
    expect(signal?.aborted).toBe(true);
  });

  it('loads the code first: that does not count', async () => {
    const order: string[] = [];
    const world = worldWith(
      async () => order.push('run'),
      EXIT.ok,
      async () => void order.push('prepare'),
    );
    const clock = {
      ...systemClock,
      after: (...args: Parameters<typeof systemClock.after>) => {
        order.push('deadline');
        return systemClock.after(...args);
      },
    };
    expect(await quickLook({ ...world, clock }, 'default')).toMatchObject({ health: 'healthy' });
    expect(order[0]).toBe('prepare');
    expect(order).toContain('deadline');
  });

  it('knows nothing where the look fails', async () => {
    const world = worldWith(() => Promise.reject(refused('state-unreadable', 'damaged')));
    expect(await quickLook(world, 'default')).toBeUndefined();
  });
});
