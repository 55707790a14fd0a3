import { mkdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../errors.js';
import type { NodeFiles } from './node-files.js';

/** Redis's default for dbfilename, which we never set. */
const DUMP = 'dump.rdb';

/**
 * Puts an empty directory in the place of a node's dump file, which is kept beside it, or takes it away again.
 * Idempotent, also where an earlier call was cut off.
 */
export async function blockDump({ dir }: NodeFiles, blocked: boolean): Promise<void> {
  const dump = join(dir, DUMP);
  const aside = `${dump}.aside`;
  const isBlocked = (await kindOf(dump)) === 'directory';
  if (blocked === isBlocked && !(await isLeft(aside, blocked))) return;
  if (blocked) {
    if ((await kindOf(dump)) === 'file') await rename(dump, aside);
    await mkdir(dump, { mode: 0o700, recursive: true });
    return;
  }
  if (isBlocked) await rmdir(dump);
  if ((await kindOf(aside)) !== 'file') return;
  // A dump that was written meanwhile is newer.
  if ((await kindOf(dump)) === 'file') await rm(aside);
  else await rename(aside, dump);
}

const isLeft = async (aside: string, blocked: boolean): Promise<boolean> =>
  !blocked && (await kindOf(aside)) === 'file';

async function kindOf(path: string): Promise<'file' | 'directory' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'directory' : 'file';
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'nothing';
    throw error;
  }
}
