import type { RawFinding, Skip } from '../check.js';
import { OF_NODES } from '../renamed.js';
import type { Directive } from './conf.js';
import { type FileGroup, fileGroups } from './groups.js';
import { merged, noNodeFile, noSentinelFile } from './judge.js';
import type { FileServer, Project } from './project.js';
import { allOf, asksForPassword, place, sentinelLines } from './settings.js';

/** What it says to other sentinels, without which they give no vote. */
const OF_SENTINELS = new Set(['SENTINEL', 'PING', 'AUTH']);

/** What a replica says to its master, always by the real name (replication.c, syncWithMaster), and what follows. */
const OF_REPLICAS: Readonly<Record<string, string>> = {
  PING: 'no replica gets a link to it',
  AUTH: 'no replica gets a link to it',
  REPLCONF: 'it lists its replicas with port 0, and no sentinel ever finds them',
  PSYNC: 'each replica copies all data whenever it connects',
};

/** Commands under other names that Sentinel or a replica uses by those that it knows. */
export function renamedInFiles(project: Project): RawFinding[] | Skip {
  const groups = fileGroups(project);
  if (groups.length === 0) return noSentinelFile;
  if (groups.every(({ nodes, monitors }) => nodes.length + monitors.length === 0)) return noNodeFile;
  return merged(
    groups.flatMap((group) => [
      ...group.nodes.flatMap((node) => atNode(node, group)),
      ...atSentinels(group),
      ...unknownNames(group),
    ]),
  );
}

interface Renamed {
  line: Directive;
  command: string;
  /** Empty for a command that is disabled. */
  now: string;
}

const renamedAt = (server: FileServer): Renamed[] =>
  allOf(server, 'rename-command').map((line) => ({
    line,
    command: (line.args[0] ?? '').toUpperCase(),
    now: line.args[1] ?? '',
  }));

/** The other name by which a server has a command; undefined where it has its own, or none. */
const nameAt = (server: FileServer, command: string): string | undefined =>
  renamedAt(server).findLast((r) => r.command === command)?.now;

function atNode(node: FileServer, { name, nodes, monitors }: FileGroup): RawFinding[] {
  return renamedAt(node).flatMap(({ line, command, now }): RawFinding[] => {
    const at = place(line);
    const replicas = OF_REPLICAS[command];
    const isUsed = nodes.length + monitors.length > 1 && (command !== 'AUTH' || asksForPassword(node));
    if (replicas !== undefined && isUsed)
      return [
        {
          subject: node.id,
          ...(command === 'PSYNC' && { severity: 'warning' as const }),
          message: `${command} is ${now === '' ? 'disabled' : 'renamed'}: replicas use it by this name alone`,
          consequence: `as a master, ${replicas} (measured)`,
          fix: [enabling(node, command, now)],
          at,
        },
      ];
    if (!OF_NODES.has(command)) return [];
    if (monitors.length > 0 && monitors.every(({ server }) => knows(server, name, command, now))) return [];
    const isOff = now === '';
    return [
      {
        subject: node.id,
        message: isOff
          ? `${command} is disabled`
          : `${command} is renamed, but the sentinels do not have the new name`,
        fix: isOff
          ? [enabling(node, command, now)]
          : [`sentinel rename-command ${name ?? 'mymaster'} ${command} ${now}`],
        at,
      },
    ];
  });
}

/** What is renamed in the sentinels' own files: they ask one another for votes. */
function atSentinels({ name, monitors, sentinels }: FileGroup): RawFinding[] {
  if (sentinels === 1) return [];
  return monitors.flatMap(({ server }) =>
    renamedAt(server).flatMap(({ line, command, now }): RawFinding[] => {
      if (!OF_SENTINELS.has(command) || (command === 'AUTH' && !asksForPassword(server))) return [];
      const others = monitors.filter((m) => m.server !== server);
      if (others.length > 0 && others.every((m) => knows(m.server, name, command, now))) return [];
      return [
        {
          subject: server.id,
          message: `${command} is ${now === '' ? 'disabled' : 'renamed'} in the file of a sentinel`,
          consequence:
            command === 'SENTINEL'
              ? 'no other sentinel gets its vote: without a majority there is no failover, and clients that ask it get no address'
              : 'the other sentinels see it as down and get no vote of it: without a majority there is no failover',
          fix: [enabling(server, command, now)],
          at: place(line),
        },
      ];
    }),
  );
}

/** Names that a sentinel was given and that a server does not have. */
function unknownNames({ name, monitors, nodes }: FileGroup): RawFinding[] {
  return monitors.flatMap(({ server }) =>
    sentinelLines(server, 'rename-command', name ?? undefined).flatMap((line): RawFinding[] => {
      const [, , given = '', now = ''] = line.args;
      const command = given.toUpperCase();
      const others = monitors.map((m) => m.server).filter((other) => other !== server);
      const called = OF_NODES.has(command) ? nodes : OF_SENTINELS.has(command) ? others : [];
      const without = called.filter(
        (one) => one.seen && nameAt(one, command) === undefined && now.toUpperCase() !== command,
      );
      if (without.length === 0) return [];
      return [
        {
          subject: server.id,
          message: `it calls ${command} ${now}, and ${without.map((n) => n.id).join(', ')} ${without.length === 1 ? 'has' : 'have'} it under its real name`,
          fix: without.map((node) => `${node.id}: rename-command ${command} ${now}`),
          at: place(line),
        },
      ];
    }),
  );
}

const knows = (server: FileServer, name: string | null, command: string, now: string): boolean =>
  now !== '' &&
  sentinelLines(server, 'rename-command', name ?? undefined).some(
    ({ args }) => args[2]?.toUpperCase() === command && args[3] === now,
  );

/** How a server is given a command back: Bitnami's images disable those that a variable lists. */
function enabling({ service }: FileServer, command: string, now: string): string {
  const variables = [...(service?.environment ?? [])].map(([name, { value }]) => ({
    name,
    commands: (value ?? '').split(',').map((word) => word.trim()),
  }));
  const found = variables.find(
    ({ name, commands }) =>
      /_DISABLE_COMMANDS$/.test(name) && commands.some((word) => word.toUpperCase() === command),
  );
  if (found === undefined) return `delete the line: rename-command ${command} ${now === '' ? '""' : now}`;
  const rest = found.commands.filter((word) => word.toUpperCase() !== command).join(',');
  return rest === ''
    ? `delete the variable: ${found.name}`
    : `take ${command} out of ${found.name}: ${found.name}=${rest}`;
}
