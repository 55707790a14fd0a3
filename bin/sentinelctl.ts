#!/usr/bin/env node
import module from 'node:module';

// Until main() has an answer, the answer is "could not tell": it stands if the event loop runs dry before.
process.exitCode = 2;
// Node 22.1 and newer keep compiled code between runs, for what is loaded after this call; Node 20 and its types lack it.
(module as { enableCompileCache?: () => unknown }).enableCompileCache?.();
void import('./command-line.js').then(async ({ run }) => {
  process.exitCode = await run(process.argv.slice(2));
});
