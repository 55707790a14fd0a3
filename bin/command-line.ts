import { commands } from '../commands/index.js';
import { main } from '../src/cli/main.js';
import { processWorld } from '../src/cli/world.js';

/** Runs one command line in the real process and answers its exit code. A module apart, so that its code is cached. */
export const run = (argv: readonly string[]): Promise<number> =>
  main(
    argv,
    processWorld(commands, () => import('../src/tui/index.js')),
  );
