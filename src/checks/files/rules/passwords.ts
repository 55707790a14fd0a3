import type { RawFinding } from '../../check.js';
import type { Directive } from '../conf.js';
import { type FileGroup, fileGroups } from '../groups.js';
import type { FileServer } from '../project.js';
import { sentinelFiles } from '../project.js';
import { lastOf, place, sentinelLine } from '../settings.js';
import { merged, noNodeFile, noSentinelFile, type Rule } from './rule.js';

/** The line that asks clients for a password; none for an empty one. */
export function passwordLine(server: FileServer): Directive | undefined {
  const line = lastOf(server, 'requirepass');
  return line?.args[0] ? line : undefined;
}

/** Whether the default user can't be used without a password; by `user default` lines where there are any. */
export function isProtected(server: FileServer): boolean {
  const user = server.directives.findLast((d) => d.name === 'user' && d.args[0] === 'default');
  if (user === undefined) return passwordLine(server) !== undefined;
  return user.args.some((rule) => /^[>#]/.test(rule) || rule === 'off') && !user.args.includes('nopass');
}

const shownAt = (line: Directive): string => `${line.file}:${line.line}`;

export const authPassMissing: Rule = {
  id: 'auth-pass-missing',
  judge(project) {
    const groups = fileGroups(project).filter((g) => g.monitors.length > 0);
    if (groups.length === 0) return noSentinelFile;
    const known = groups.filter((g) => g.nodes.length > 0);
    if (known.length === 0) return { ...noNodeFile };
    return merged(known.flatMap(wrongAtSentinels));
  },
};

function wrongAtSentinels({ monitors, nodes, name }: FileGroup): RawFinding[] {
  const node = nodes.find(isProtected);
  if (node === undefined) return [];
  const asked = passwordLine(node);
  return monitors.flatMap(({ server, at }) => {
    const given = sentinelLine(server, 'auth-pass', name ?? undefined);
    const user = sentinelLine(server, 'auth-user', name ?? undefined);
    const fix = [`sentinel auth-pass ${name} <the master's password>`];
    if (given === undefined) {
      return [
        {
          subject: server.id,
          message: `${node.id} asks for a password${asked ? ` (${shownAt(asked)})` : ''}, and there is no auth-pass for ${name}`,
          fix,
          at,
        },
      ];
    }
    if (user !== undefined || asked === undefined || asked.args[0] === given.args[2]) return [];
    return [
      {
        subject: server.id,
        message: `auth-pass of ${name} is another than requirepass of ${node.id} (${shownAt(asked)})`,
        fix,
        at: place(given),
      },
    ];
  });
}

export const masterauthMissing: Rule = {
  id: 'masterauth-missing',
  judge(project) {
    const groups = fileGroups(project).filter((g) => g.nodes.length > 0);
    if (groups.length === 0) return noNodeFile;
    return merged(
      groups.flatMap(({ nodes }) => {
        const asking = nodes.find(isProtected);
        if (asking === undefined) return [];
        const asked = passwordLine(asking);
        return nodes.flatMap((node): RawFinding[] => {
          const given = lastOf(node, 'masterauth');
          const fix = ['masterauth <the password of all data nodes>'];
          if (!given?.args[0]) {
            return [
              {
                subject: node.id,
                message: `requirepass is set at ${asking.id}, and masterauth is missing here`,
                fix,
                at: asked && asking === node ? place(asked) : node.at,
              },
            ];
          }
          if (
            asked === undefined ||
            lastOf(node, 'masteruser') !== undefined ||
            given.args[0] === asked.args[0]
          )
            return [];
          return [
            {
              subject: node.id,
              message: `masterauth is another than requirepass of ${asking.id} (${shownAt(asked)})`,
              fix,
              at: place(given),
            },
          ];
        });
      }),
    );
  },
};

/**
 * Sentinels log in to each other with sentinel-pass, else with their own requirepass (sentinel.c,
 * sentinelSendAuthIfNeeded).
 */
export const sentinelPass: Rule = {
  id: 'sentinel-pass',
  judge(project) {
    const sentinels = sentinelFiles(project).filter((s) => s.seen);
    if (sentinels.length === 0) return noSentinelFile;
    return merged(
      sentinels.flatMap((server) => {
        const given = sentinelLine(server, 'sentinel-pass')?.args[1] ?? passwordLine(server)?.args[0];
        const asking = sentinels.find(
          (other) => other !== server && isProtected(other) && passwordLine(other)?.args[0] !== given,
        );
        const asked = asking && passwordLine(asking);
        if (asking === undefined || sentinelLine(server, 'sentinel-user') !== undefined) return [];
        return [
          {
            subject: server.id,
            message: `${asking.id} asks for a password${asked ? ` (${shownAt(asked)})` : ''} that this sentinel does not give`,
            fix: ["sentinel sentinel-pass <the sentinels' password>"],
            at: server.at,
          },
        ];
      }),
    );
  },
};
