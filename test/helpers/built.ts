import { join } from 'node:path';
import { bundleCommandLine, ROOT } from '../../scripts/bundle.mjs';

/**
 * Once before the tests that run the command: `dist/bin` as the sources are now. `npm test` has built it a moment ago,
 * and says so with DIST_IS_BUILT=1.
 */
export default async function setup(): Promise<void> {
  if (process.env.DIST_IS_BUILT !== '1') await bundleCommandLine(join(ROOT, 'dist', 'bin'));
}
