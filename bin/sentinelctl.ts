#!/usr/bin/env node
import { commands } from '../commands/index.js';
import { main } from '../src/cli/main.js';
import { processWorld } from '../src/cli/world.js';

// Until main() has an answer, the answer is "could not tell": it stands if the event loop runs dry before.
process.exitCode = 2;
void main(
  process.argv.slice(2),
  processWorld(commands, () => import('../src/tui/index.js')),
).then((code) => {
  process.exitCode = code;
});
