import { existsSync } from 'node:fs';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';

/**
 * The words that run the command line of this release, for a process that outlives this one. Built, this
 * file is dist/src/host/own-command.js; run from its source, the build beside it is taken.
 */
export function ownCommand(): [program: string, entry: string] {
  const places = ['../../bin/sentinelctl.js', '../../dist/bin/sentinelctl.js'].map((path) =>
    fileURLToPath(new URL(path, import.meta.url)),
  );
  const entry = places.find((path) => existsSync(path));
  if (entry === undefined) throw new Error('sentinelctl is not built: npm run build');
  return [execPath, entry];
}
