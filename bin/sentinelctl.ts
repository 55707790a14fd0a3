#!/usr/bin/env node
import { join } from 'node:path';
import { keepCompiledCode } from './code-cache.js';

// Until main() has an answer, the answer is "could not tell": it stands if the event loop runs dry before.
process.exitCode = 2;
keepCompiledCode(join(import.meta.dirname, 'chunks'));
void import('./command-line.js').then(async ({ run }) => {
  process.exitCode = await run(process.argv.slice(2));
});
