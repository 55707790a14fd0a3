import { basename } from 'node:path';
import { readIfThere } from '../../host/files.js';
import { identify, type ProcessIdentity } from '../../host/process-identity.js';
import { listProcesses, seesSameFiles } from '../../host/process-list.js';
import type { NodeFiles } from './node-files.js';
import { type NodeRecord, readRecord } from './record.js';

const SERVERS = new Set(['redis-server', 'redis-sentinel', 'valkey-server', 'valkey-sentinel']);

/**
 * The configuration at or below `path` in a server's command line; undefined for any other command line. The word
 * before it must be a server's name: an editor or `tail` with the same file must not be signalled. `binary` is accepted
 * under any name.
 * @internal Tested with command lines of other processes.
 */
export function serverConf(command: string, path: string, binary: string | undefined): string | undefined {
  const at = command.indexOf(` ${path}`);
  if (at === -1) return undefined;
  const program = basename(command.slice(0, at).split(' ').at(-1) ?? '');
  const isServer = SERVERS.has(program) || (binary !== undefined && program === basename(binary));
  return isServer ? command.slice(at + 1).replace(/ --sentinel$/, '') : undefined;
}

/** A node's record, and its server where one is alive. */
export interface Found {
  record: NodeRecord | undefined;
  server: ProcessIdentity | undefined;
}

/**
 * Finds a node's server: the recorded one, if its pid and start time are unchanged and its command line names this
 * node's configuration; else the one in the server's pid file, if its command line does. Where the record is missing
 * or says `starting`, every process is searched for that command line.
 */
export async function findServer(files: NodeFiles, binary: string | undefined): Promise<Found> {
  const isOurs = (p: ProcessIdentity): boolean => serverConf(p.command, files.conf, binary) === files.conf;
  const record = await readRecord(files);
  if (record?.state === 'started') {
    // The command line is not compared as a whole: a wrapper script may have become the server since the record.
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
 * Running servers whose configuration is this path or begins with it, on this file system. Searches every process.
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
