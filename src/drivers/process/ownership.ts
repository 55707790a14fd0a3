import { basename } from 'node:path';
import { readIfThere } from '../../host/files.js';
import { identify, type ProcessIdentity } from '../../host/process-identity.js';
import { listProcesses, seesSameFiles } from '../../host/process-list.js';
import type { NodeFiles } from './node-files.js';
import { type NodeRecord, readRecord } from './record.js';

const SERVERS = new Set(['redis-server', 'redis-sentinel', 'valkey-server', 'valkey-sentinel']);

/**
 * The configuration at or below `path` that a command line makes a server run with; undefined when it is no server's.
 * The word before it must be a server's name: an editor or `tail` that has the same file open isn't ours to signal.
 * `binary` is accepted under whatever name it has.
 */
export function serverConf(command: string, path: string, binary: string | undefined): string | undefined {
  const at = command.indexOf(` ${path}`);
  if (at === -1) return undefined;
  const program = basename(command.slice(0, at).split(' ').at(-1) ?? '');
  const isServer = SERVERS.has(program) || (binary !== undefined && program === basename(binary));
  return isServer ? command.slice(at + 1).replace(/ --sentinel$/, '') : undefined;
}

/** What is known of a node: what was written down, and its server where one lives. */
export interface Found {
  record: NodeRecord | undefined;
  server: ProcessIdentity | undefined;
}

/**
 * Finds a node's own server: the one that was written down, if pid and start time still are the same and its command
 * line names this node's configuration; else, if its command line does, the one in the server's own pid file. Where
 * the record is missing or was cut off, every process is looked through for that command line.
 */
export async function findServer(files: NodeFiles, binary: string | undefined): Promise<Found> {
  const isOurs = (p: ProcessIdentity): boolean => serverConf(p.command, files.conf, binary) === files.conf;
  const record = await readRecord(files);
  if (record?.state === 'started') {
    // The text of the command line is not compared: a wrapper script has become the server since it was written down.
    const now = await identify(record.server.pid);
    if (now !== undefined && now.startTime === record.server.startTime && isOurs(now))
      return { record, server: now };
  }
  const noted = await identify(Number((await readIfThere(files.pidfile))?.trim()));
  if (noted !== undefined && isOurs(noted) && (await seesSameFiles(noted.pid)))
    return { record, server: noted };
  const cutOff = record === undefined || record.state === 'starting';
  return { record, server: cutOff ? (await serversBelow(files.conf, binary)).find(isOurs) : undefined };
}

/**
 * Living servers whose configuration is this path or begins with it, on this file system. Looks through every process.
 */
export async function serversBelow(path: string, binary: string | undefined): Promise<ProcessIdentity[]> {
  const isBelow = (p: { command: string }): boolean => serverConf(p.command, path, binary) !== undefined;
  const listed = (await listProcesses()).filter(isBelow);
  const found: ProcessIdentity[] = [];
  for (const { pid } of listed) {
    const identity = await identify(pid);
    if (identity !== undefined && isBelow(identity) && (await seesSameFiles(pid))) found.push(identity);
  }
  return found;
}
