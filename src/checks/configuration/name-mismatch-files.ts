import { nearest } from '../../model/nearest.js';
import type { RawFinding, Skip } from '../check.js';
import { judgeSentinelFiles } from '../files/judge.js';
import { SENTINEL_LINES } from '../files/known.js';
import type { Project } from '../files/project.js';
import { monitorsOf, place } from '../files/settings.js';
import { idsOf, mostCommon } from '../group.js';

/** What configuration files show of it. */
export function nameMismatchFiles(project: Project): RawFinding[] | Skip {
  return judgeSentinelFiles(project, (sentinels) => {
    const lost = sentinels.flatMap((server) => {
      const names = monitorsOf(server).map((m) => m.name);
      return server.directives
        .filter((d) => d.name === 'sentinel' && SENTINEL_LINES[d.args[0] ?? '']?.ofMaster === true)
        .filter((d) => d.args[1] !== undefined && !names.includes(d.args[1]))
        .map((line) => {
          const [what, name = '', ...rest] = line.args;
          const meant = nearest(name, names) ?? names[0];
          const shown = what === 'auth-pass' ? '<the password>' : rest.join(' ');
          return {
            subject: server.id,
            message: `"sentinel ${what} ${name}": no master "${name}" is monitored here: the sentinel exits at start`,
            fix: [
              meant === undefined
                ? `sentinel monitor ${name} <host> <port> 2`
                : `sentinel ${what} ${meant} ${shown}`,
            ],
            at: place(line),
          };
        });
    });
    const all = sentinels.flatMap(monitorsOf);
    const apart =
      sentinels.length < 2
        ? []
        : [...new Set(all.map((m) => `${m.host} ${m.port}`))].flatMap((address) => {
            const here = all.filter((m) => `${m.host} ${m.port}` === address);
            const usual = mostCommon(here.map((m) => m.name));
            const odd = here.find((m) => m.name !== usual);
            // Two names at one sentinel are another mistake: one instance under two names.
            if (
              odd === undefined ||
              usual === undefined ||
              here.some((m) => m.server === odd.server && m.name === usual)
            )
              return [];
            return [
              {
                subject: odd.server.id,
                message: `${address.replace(' ', ':')} is "${odd.name}" here and "${usual}" at ${idsOf(here.filter((m) => m.name === usual).map((m) => m.server))}: they do not find each other`,
                fix: [`sentinel monitor ${usual} ${address} ${odd.quorum}`],
                at: odd.at,
              },
            ];
          });
    return [...lost, ...apart];
  });
}
