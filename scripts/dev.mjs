// Runs the command line from its sources as they are now: `npm run dev -- status`. dist/ is neither read nor written.
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { fileByFile, ROOT } from './bundle.mjs';

// A guard or a proxy may outlive the command and loads its code from here.
const dir = join(ROOT, 'node_modules', '.cache', 'sentinelctl-dev');
await mkdir(dir, { recursive: true });
for (const name of ['package.json', 'scenarios']) {
  await symlink(join(ROOT, name), join(dir, name)).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
}
await fileByFile(['bin/sentinelctl.ts', 'src/workload/worker.ts'], '.', dir);

process.setSourceMapsEnabled(true);
await import(pathToFileURL(join(dir, 'bin', 'sentinelctl.js')));
