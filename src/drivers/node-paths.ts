import { join } from 'node:path';
import type { NodeKind } from '../model/plan.js';

/** Below a cluster's directory: what its nodes have. */
export const nodesBelow = (clusterDir: string): string => join(clusterDir, 'nodes');

/** A node's configuration file. */
export const confOf = (clusterDir: string, id: string, kind: NodeKind): string =>
  join(nodesBelow(clusterDir), id, `${kind}.conf`);

/** How the path of a data node's file ends, in any state directory. */
export const confEnd = (cluster: string, id: string): string =>
  confOf(join('/clusters', cluster), id, 'redis');

/** Behind the program: `/usr/bin/redis-server /…/clusters/default/nodes/redis-1/redis.conf`. */
const OF_A_NODE = / (\/.*\/clusters\/[^/]+)\/nodes\/[^/]+\/(?:redis|sentinel)\.conf\b/;

/** The directory of the cluster whose node a process is, by its command line. */
export const clusterDirIn = (command: string): string | undefined => OF_A_NODE.exec(command)?.[1];
