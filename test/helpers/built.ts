import { join } from 'node:path';
import { bundleCommandLine, ROOT } from '../../scripts/bundle.mjs';

/** Once before the tests that run the command: `dist/bin` as the sources are now. */
export default async function setup(): Promise<void> {
  await bundleCommandLine(join(ROOT, 'dist', 'bin'));
}
