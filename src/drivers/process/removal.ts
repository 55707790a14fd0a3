import { rm } from 'node:fs/promises';
import { endProcess, killProcess } from '../../host/end-process.js';
import type { ProcessIdentity } from '../../host/process-identity.js';
import { addRemoved, nothingRemoved, type Removed, SAVING_GRACE_MS } from '../provisioner.js';
import { isNodeId, type NodeFiles, nodeFiles, nodesDirectory } from './node-files.js';
import { findServer, serversBelow } from './ownership.js';

/** Stops a node's server and removes its files; counts the process only if one was running. */
export async function removeNode(
  files: NodeFiles,
  binary: string | undefined,
  keepData: boolean,
): Promise<Removed> {
  const { server } = await findServer(files, binary);
  if (server !== undefined) await end(server, keepData);
  const paths = keepData ? [files.conf, files.record, files.pidfile] : [files.dir];
  await Promise.all(paths.map((path) => rm(path, { recursive: true, force: true })));
  return { ...nothingRemoved, processes: server === undefined ? 0 : 1 };
}

/**
 * Removes these nodes, and stops servers of this cluster whose directories no longer exist. Continues past a node that
 * cannot be removed, then throws the first error.
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
  keepData ? endProcess(server, SAVING_GRACE_MS) : killProcess(server);
