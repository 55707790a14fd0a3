import { commands } from '../commands/index.js';
import { main } from '../src/cli/main.js';
import { processWorld, type World } from '../src/cli/world.js';

/**
 * Runs one command line and answers its exit code: in the real process, or in the world of a test. A module of its own,
 * so that its code is cached, and so that a test can load it without running it.
 */
export const run = (argv: readonly string[], world?: Omit<World, 'commands'>): Promise<number> =>
  main(
    argv,
    world === undefined
      ? processWorld(commands, () => import('../src/tui/index.js'))
      : { ...world, commands },
  );
