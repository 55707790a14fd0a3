import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf, refused } from '../../errors.js';
import type { NodeKind } from '../../model/plan.js';
import { TLS_FILES } from '../../model/tls-files.js';
import { confOf } from '../node-paths.js';

/** The loopback address that every node listens on and is announced by, unless each has one of its own. */
export const HOST = '127.0.0.1';

/** The files of one node: absolute paths below the cluster's own directory. */
export interface NodeFiles {
  id: string;
  kind: NodeKind;
  /** Working directory: data, log, all of it. Mode 0700. */
  dir: string;
  /** Unique to this node: the server with this path in its command line is the node's. */
  conf: string;
  log: string;
  pidfile: string;
  /** The identity of the node's server, written by sentinelctl; see record.ts. */
  record: string;
  /** What a node with TLS has besides. */
  extras: readonly string[];
}

const NODE_ID = /^(redis|sentinel)-\d{1,4}$/;

/** Whether this is the name of a node's directory. */
export const isNodeId = (name: string): boolean => NODE_ID.test(name);

/**
 * The files of a node. Throws `no-such-node` (3) for an invalid id: ids come from files and command lines, and the
 * directory named by one is removed later.
 */
export function nodeFiles(clusterDir: string, id: string): NodeFiles {
  const kind = NODE_ID.exec(id)?.[1] as NodeKind | undefined;
  if (kind === undefined) {
    throw refused('no-such-node', `invalid node id ${JSON.stringify(id)}`, {
      hint: 'node ids look like redis-1 and sentinel-1',
    });
  }
  const conf = confOf(clusterDir, id, kind);
  const dir = dirname(conf);
  return {
    id,
    kind,
    dir,
    conf,
    log: join(dir, 'server.log'),
    pidfile: join(dir, 'server.pid'),
    record: join(dir, 'process.json'),
    extras: Object.values(TLS_FILES).map((name) => join(dir, name)),
  };
}

/** Redis's default for dbfilename, which sentinelctl never sets. */
const DUMP = 'dump.rdb';

/**
 * Replaces a node's dump file with an empty directory and keeps the file beside it, or restores the file.
 * Idempotent, also after a call that was interrupted.
 */
export async function blockDump({ dir }: NodeFiles, blocked: boolean): Promise<void> {
  const dump = join(dir, DUMP);
  const aside = `${dump}.aside`;
  const isBlocked = (await kindOf(dump)) === 'directory';
  if (blocked === isBlocked && !(await isLeft(aside, blocked))) return;
  if (blocked) {
    if ((await kindOf(dump)) === 'file') await rename(dump, aside);
    if (!isBlocked) await mkdir(dump, { mode: 0o700 });
    return;
  }
  if (isBlocked) await rmdir(dump);
  if ((await kindOf(aside)) !== 'file') return;
  // A dump that the server wrote in the meantime is newer.
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

/** The bytes of what a data node wrote: everything but its configuration, its log and sentinelctl's own files. */
export async function dataBytes({ dir, conf, log, pidfile, record, extras }: NodeFiles): Promise<number> {
  const ours = [conf, log, pidfile, record, ...extras];
  const entries = await readdir(dir, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(paths.filter((path) => !ours.includes(path)).map(sizeOf));
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** A file that a server just replaced counts as empty. */
const sizeOf = (path: string): Promise<number> =>
  stat(path).then(
    ({ size }) => size,
    () => 0,
  );
