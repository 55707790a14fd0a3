import type { RawFinding } from '../../check.js';
import { fileGroups } from '../groups.js';
import type { FileServer } from '../project.js';
import { place } from '../settings.js';
import { merged, noNodeFile, type Rule } from './rule.js';

/** What Sentinel says to data nodes (sentinel.c, sentinelInstanceMapCommand and its callers). */
const NEEDED = new Set([
  'SLAVEOF',
  'CONFIG',
  'CLIENT',
  'MULTI',
  'EXEC',
  'PING',
  'INFO',
  'PUBLISH',
  'SUBSCRIBE',
  'SCRIPT',
  'AUTH',
]);

export const renameCommand: Rule = {
  id: 'rename-command',
  judge(project) {
    const groups = fileGroups(project).filter((g) => g.nodes.length > 0);
    if (groups.length === 0) return noNodeFile;
    return merged(
      groups.flatMap(({ nodes, monitors, name }) =>
        nodes.flatMap((node) =>
          node.directives
            .filter((d) => d.name === 'rename-command' && NEEDED.has((d.args[0] ?? '').toUpperCase()))
            .flatMap((line): RawFinding[] => {
              const command = (line.args[0] ?? '').toUpperCase();
              const now = line.args[1] ?? '';
              const told =
                monitors.length > 0 &&
                monitors.every(({ server }) => isTold(server, name ?? '', command, now));
              if (told) return [];
              return [
                {
                  subject: node.id,
                  message:
                    now === ''
                      ? `${command} is taken away`
                      : `${command} is renamed, and the sentinels are not told`,
                  fix:
                    now === ''
                      ? [`delete the line: rename-command ${command} ""`]
                      : [`sentinel rename-command ${name ?? '<name>'} ${command} <the new name>`],
                  at: place(line),
                },
              ];
            }),
        ),
      ),
    );
  },
};

const isTold = (server: FileServer, name: string, command: string, now: string): boolean =>
  now !== '' &&
  server.directives.some(
    ({ name: d, args }) =>
      d === 'sentinel' &&
      args[0] === 'rename-command' &&
      args[1] === name &&
      args[2]?.toUpperCase() === command &&
      args[3] === now,
  );
