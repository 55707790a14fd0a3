import { rm } from 'node:fs/promises';
import type { ProcessIdentity } from '../../host/process-identity.js';
import { addRemoved, nothingRemoved, type Removed } from '../provisioner.js';
import { endDaemon, killDaemon } from './daemon.js';
import { isNodeId, type NodeFiles, nodeFiles, nodesDirectory } from './node-files.js';
import { findServer, serversBelow } from './ownership.js';

/**
 * How long a server may take to write its data down when that is kept, in milliseconds: more than the 10 s that
 * Redis itself waits for its replicas (redis.conf, shutdown-timeout).
 */
const SAVING_GRACE_MS = 15_000;

/** Ends a node's server and removes its files; counts the process only if one was running. */
export async function removeNode(
  files: NodeFiles,
  binary: string | undefined,
  keepData: boolean,
): Promise<Removed> {
  const { server } = await findServer(files, binary);
  if (server !== undefined) await end(server, keepData);
  const doomed = keepData ? [files.conf, files.record, files.pidfile] : [files.dir];
  await Promise.all(doomed.map((path) => rm(path, { recursive: true, force: true })));
  return { ...nothingRemoved, processes: server === undefined ? 0 : 1 };
}

/**
 * Removes every node named, and ends servers of this cluster whose directories are gone already. Goes on past a node
 * that can't be removed, then throws what was thrown first.
 */
export async function removeNodes(
  clusterDir: string,
  names: string[],
  binary: string | undefined,
  keepData: boolean,
): Promise<Removed> {
  const ids = names.filter(isNodeId);
  const outcomes = await Promise.allSettled(
    ids.map((id) => removeNode(nodeFiles(clusterDir, id), binary, keepData)),
  );
  const strays = await serversBelow(`${nodesDirectory(clusterDir)}/`, binary);
  const ends = await Promise.allSettled(strays.map((server) => end(server, keepData)));
  const failure = [...outcomes, ...ends].find((outcome) => outcome.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
  const removed = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  return removed.reduce(addRemoved, { ...nothingRemoved, processes: strays.length });
}

const end = (server: ProcessIdentity, keepData: boolean): Promise<void> =>
  keepData ? endDaemon(server, SAVING_GRACE_MS) : killDaemon(server);
