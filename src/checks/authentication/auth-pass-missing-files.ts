import type { RawFinding, Skip } from '../check.js';
import type { FileGroup } from '../files/groups.js';
import { openMaster } from '../files/half-passwords.js';
import { judgeMonitoredGroups, noNodeFile } from '../files/judge.js';
import { comparePasswords, differenceOf, unknownEqual } from '../files/logins.js';
import { oddPasswords } from '../files/odd-passwords.js';
import type { Project } from '../files/project.js';
import { asksForPassword, passwordLine, place, sentinelLine, shownAt } from '../files/settings.js';
import { judged } from '../group.js';

/** What configuration files show of it. */
export function authPassFiles(project: Project): RawFinding[] | Skip {
  return judgeMonitoredGroups(project, (groups) => {
    const known = groups.filter((g) => g.nodes.length > 0);
    if (known.length === 0) return { ...noNodeFile };
    const missing: string[] = [];
    const seen = known.flatMap((group) => wrongAtSentinels(group, project, missing));
    return judged(seen, missing);
  });
}

function wrongAtSentinels(group: FileGroup, project: Project, missing: string[]): RawFinding[] {
  const { monitors, nodes, name } = group;
  // The master asks for none: masterauth-missing has the password of all of them, the sentinels' too.
  if (openMaster(group) !== null) return [];
  // One with a password of its own is what is wrong itself: masterauth-missing says so.
  const { odd } = oddPasswords(group, project);
  const node = nodes.find((one) => asksForPassword(one) && !odd.has(one));
  if (node === undefined) return [];
  const asked = passwordLine(node);
  return monitors.flatMap(({ server, at }) => {
    const given = sentinelLine(server, 'auth-pass', name ?? undefined);
    const user = sentinelLine(server, 'auth-user', name ?? undefined);
    const fix = [`sentinel auth-pass ${name} <the master's password>`];
    if (given === undefined) {
      // It may be in the part that was not read.
      if (!server.seen) return [];
      return [
        {
          subject: server.id,
          message: `${node.id} needs a password${asked ? ` (${shownAt(asked)})` : ''}, and auth-pass for ${name} is missing`,
          fix,
          at,
        },
      ];
    }
    if (user !== undefined || asked === undefined) return [];
    const compared = comparePasswords(given, asked, project);
    if (compared === 'unknown')
      missing.push(unknownEqual(server, `auth-pass of ${name}`, given, node, asked));
    if (compared === 'same' || compared === 'unknown') return [];
    return [
      {
        subject: server.id,
        ...differenceOf(`auth-pass of ${name}`, given, node, asked, compared),
        fix,
        at: place(given),
      },
    ];
  });
}
