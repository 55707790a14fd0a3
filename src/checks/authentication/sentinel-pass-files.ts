import type { RawFinding, Skip } from '../check.js';
import { comparing, judgeSentinelFiles } from '../files/judge.js';
import { comparePasswords, refusingUser, unknownEqual } from '../files/logins.js';
import type { Project } from '../files/project.js';
import { sentinelFiles } from '../files/project.js';
import { asksForPassword, passwordLine, sentinelLine, shownAt } from '../files/settings.js';
import { judged } from '../group.js';

/** What configuration files show of it. */
export function sentinelPassFiles(project: Project): RawFinding[] | Skip {
  return comparing(
    sentinelFiles(project),
    judgeSentinelFiles(project, (sentinels) => {
      const missing: string[] = [];
      const seen = sentinels.flatMap((server) => {
        if (sentinelLine(server, 'sentinel-user') !== undefined) return [];
        const given = sentinelLine(server, 'sentinel-pass') ?? passwordLine(server);
        const asking = sentinels.find((other) => {
          if (other === server || !asksForPassword(other)) return false;
          const asked = passwordLine(other);
          // A line "user default" gives no password to send (sentinel.c, sentinelSendAuthIfNeeded: requirepass).
          if (given === undefined) return true;
          if (asked === undefined)
            return refusingUser(other, 'default', given.args.at(-1) ?? '') !== undefined;
          const compared = comparePasswords(given, asked, project);
          if (compared === 'unknown')
            missing.push(unknownEqual(server, 'sentinel-pass', given, other, asked));
          return compared === 'different';
        });
        const asked =
          asking &&
          (passwordLine(asking) ??
            asking.directives.findLast((d) => d.name === 'user' && d.args[0] === 'default'));
        if (asking === undefined) return [];
        return [
          {
            subject: server.id,
            message: `${asking.id} needs a password${asked ? ` (${shownAt(asked)})` : ''} that this sentinel does not send`,
            fix: ["sentinel sentinel-pass <the sentinels' password>"],
            at: server.at,
          },
        ];
      });
      return judged(seen, missing);
    }),
  );
}
