// Builds dist/bin, the command line; with --library also dist/src, what programs import, with its types.
// --sizes lists the chunks.
import { execFileSync } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { bundleCommandLine, ROOT } from './bundle.mjs';

const chunks = await bundleCommandLine(join(ROOT, 'dist', 'bin'));
if (process.argv.includes('--library')) {
  await rm(join(ROOT, 'dist', 'src'), { recursive: true, force: true });
  const tsc = join(ROOT, 'node_modules', '.bin', 'tsc');
  execFileSync(tsc, ['-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'inherit' });
}
if (process.argv.includes('--sizes')) {
  for (const { fileName, code } of chunks.toSorted((a, b) => b.code.length - a.code.length)) {
    console.log(`${String(code.length).padStart(8)}  ${fileName}`);
  }
}
