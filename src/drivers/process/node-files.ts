import { join } from 'node:path';
import { refused } from '../../errors.js';
import type { NodeKind } from '../../model/plan.js';

/** The loopback address that every node listens on and is announced by, unless each has one of its own. */
export const HOST = '127.0.0.1';

/** Where one node keeps everything: absolute paths below the cluster's own directory. */
export interface NodeFiles {
  id: string;
  kind: NodeKind;
  /** Working directory: data, log, all of it. Mode 0700. */
  dir: string;
  /** Unique to this node: the command line that holds it is this node's server. */
  conf: string;
  log: string;
  pidfile: string;
  /** Who the node's server is, written by us; see record.ts. */
  record: string;
}

export const nodesDirectory = (clusterDir: string): string => join(clusterDir, 'nodes');

const NODE_ID = /^(redis|sentinel)-\d{1,4}$/;

/** Whether a name is one that nodes have. */
export const isNodeId = (name: string): boolean => NODE_ID.test(name);

/**
 * The files of a node. Throws `no-such-node` (3) for an id that is none: ids are read from files and command lines,
 * and this one becomes a directory that is removed one day.
 */
export function nodeFiles(clusterDir: string, id: string): NodeFiles {
  const kind = NODE_ID.exec(id)?.[1] as NodeKind | undefined;
  if (kind === undefined) {
    throw refused('no-such-node', `${JSON.stringify(id)} is no node`, {
      hint: 'nodes are called redis-1, sentinel-1, …',
    });
  }
  const dir = join(nodesDirectory(clusterDir), id);
  return {
    id,
    kind,
    dir,
    conf: join(dir, `${kind}.conf`),
    log: join(dir, 'server.log'),
    pidfile: join(dir, 'server.pid'),
    record: join(dir, 'process.json'),
  };
}
