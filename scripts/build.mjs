// Builds dist/bin, the command line; with --library also dist/src, what programs import, with its types.
// --sizes lists the chunks.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleCommandLine, ROOT } from './bundle.mjs';

/** dist/src, by a compiler of its own: it and the bundler keep one core busy each. */
async function buildLibrary() {
  await rm(join(ROOT, 'dist', 'src'), { recursive: true, force: true });
  const tsc = spawn(join(ROOT, 'node_modules', '.bin', 'tsc'), ['-p', 'tsconfig.build.json'], {
    cwd: ROOT,
    stdio: 'inherit',
  });
  const [code] = await once(tsc, 'exit');
  if (code !== 0) throw new Error(`tsc -p tsconfig.build.json exited with ${code}`);
}

const [chunks] = await Promise.all([
  bundleCommandLine(join(ROOT, 'dist', 'bin')),
  process.argv.includes('--library') ? buildLibrary() : undefined,
]);
if (process.argv.includes('--sizes')) {
  for (const { fileName, code } of chunks.toSorted((a, b) => b.code.length - a.code.length)) {
    console.log(`${String(code.length).padStart(8)}  ${fileName}`);
  }
}
