import { isLoopback } from '../../model/address.js';
import type { RawFinding, Skip } from '../check.js';
import { isOlderRedis, mayBeOfficial } from '../files/compose/images.js';
import { judgeNodeFiles } from '../files/judge.js';
import type { Project } from '../files/project.js';
import { type FileServer, sentinelFiles } from '../files/project.js';
import { hasFarPeers } from '../files/server-address.js';
import { asksForPassword, isYes, lastOf, place } from '../files/settings.js';

/** What configuration files show of it. */
export function protectedModeFiles(project: Project): RawFinding[] | Skip {
  const nodes = judgeNodeFiles(project, (all) => all.flatMap(protectedNode));
  const sentinels = sentinelFiles(project)
    .filter((s) => s.seen)
    .flatMap(protectedSentinel);
  return Array.isArray(nodes) ? [...nodes, ...sentinels] : sentinels.length > 0 ? sentinels : nodes;
}

function protectedNode(node: FileServer): RawFinding[] {
  const line = lastOf(node, 'protected-mode');
  const byDefault = node.service === null || !mayBeOfficial(node.service.image);
  if (isLifted(node) || asksForPassword(node) || (line === undefined ? !byDefault : !isYes(line.args[0])))
    return [];
  const hosts = lastOf(node, 'bind')?.args ?? [];
  // Without a line it may be a server for this machine alone.
  const open = hosts.some((host) => !isLoopback(host.replace(/^-/, '')));
  if (line === undefined && node.service === null && !open) return [];
  if (line !== undefined && hosts.length > 0 && !open) return [];
  return [
    {
      subject: node.id,
      message: `protected-mode ${line === undefined ? 'is on by default' : 'yes'} without a password: connections from other hosts are refused (-DENIED)`,
      fix: [
        'requirepass <a password>, and the same as masterauth and in each sentinel’s auth-pass',
        'or, where the network is closed: protected-mode no',
      ],
      at: line === undefined ? node.at : place(line),
    },
  ];
}

/** Whether an address that it binds lifts the mode, as before 7.0 (networking.c, acceptCommonHandler: bindaddr_count). */
const isLifted = (server: FileServer): boolean =>
  lastOf(server, 'bind') !== undefined && isOlderRedis(server.service?.image ?? null, '7.0.0');

/** A sentinel has the mode off unless its file turns it on. */
function protectedSentinel(sentinel: FileServer): RawFinding[] {
  const line = lastOf(sentinel, 'protected-mode');
  if (line === undefined || !isYes(line.args[0]) || asksForPassword(sentinel) || isLifted(sentinel))
    return [];
  const hosts = lastOf(sentinel, 'bind')?.args ?? [];
  const isLocal = hosts.length > 0 && hosts.every((host) => isLoopback(host.replace(/^-/, '')));
  if (isLocal || !hasFarPeers(sentinel)) return [];
  return [
    {
      subject: sentinel.id,
      message:
        'protected-mode yes at a sentinel without a password: it refuses the other sentinels and all clients (-DENIED)',
      fix: ['protected-mode no'],
      at: place(line),
    },
  ];
}
