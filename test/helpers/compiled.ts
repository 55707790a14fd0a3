import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, transpile } from '../../scripts/bundle.mjs';

export interface Compiled {
  /** A directory with the JavaScript of src in it; programs of a test can be written beside it. */
  dir: string;
  remove(): Promise<void>;
}

/**
 * Compiles parts of src (`host/lock.ts`) with all that they import, so that processes of their own can run them.
 * For tests that need more processes than the one they run in.
 */
export async function compile(...entries: string[]): Promise<Compiled> {
  const dir = await mkdtemp(join(tmpdir(), 'sentinelctl-compiled-'));
  await writeFile(join(dir, 'package.json'), '{ "type": "module" }\n');
  await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  await transpile(entries, dir);
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}
