import { nearest } from '../../../model/nearest.js';
import { fileGroups, hostNamesOf } from '../groups.js';
import { SENTINEL_LINES } from '../known.js';
import { sentinelFiles } from '../project.js';
import { monitorsOf, place, sentinelLine } from '../settings.js';
import { idsOf, merged, noSentinelFile, type Rule } from './rule.js';

export const myidDup: Rule = {
  id: 'myid-dup',
  judge(project) {
    const sentinels = sentinelFiles(project).filter((s) => s.seen);
    if (sentinels.length === 0) return noSentinelFile;
    const lines = sentinels.flatMap((server) => {
      const line = sentinelLine(server, 'myid');
      return line === undefined ? [] : [{ server, line, id: line.args[1] ?? '' }];
    });
    return [...new Set(lines.map((l) => l.id))].flatMap((id) => {
      const same = lines.filter((l) => l.id === id);
      const [first, second] = same;
      if (first === undefined || second === undefined) return [];
      return [
        {
          subject: idsOf(same.map((s) => s.server)),
          message: `myid ${id.slice(0, 12)}… is in ${same.length} sentinels' configurations`,
          fix: same
            .slice(1)
            .map((s) => `delete the line ${s.line.file}:${s.line.line} while that sentinel is stopped`),
          at: place(second.line),
        },
      ];
    });
  },
};

/** Settings for a name that is not monitored, and one address that is monitored under two names. */
export const nameMismatch: Rule = {
  id: 'name-mismatch',
  judge(project) {
    const sentinels = sentinelFiles(project).filter((s) => s.seen);
    if (sentinels.length === 0) return noSentinelFile;
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
            message: `"sentinel ${what} ${name}": no master "${name}" is monitored here: a sentinel exits at start`,
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
            const names = [...new Set(here.map((m) => m.name))];
            const [usual] = names.toSorted((a, b) => count(here, b) - count(here, a));
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
                message: `${address.replace(' ', ':')} is "${odd.name}" here and "${usual}" at ${idsOf(here.filter((m) => m.name === usual).map((m) => m.server))}: they do not hear of one another`,
                fix: [`sentinel monitor ${usual} ${address} ${odd.quorum}`],
                at: odd.at,
              },
            ];
          });
    return merged([...lost, ...apart]);
  },
};

const count = (monitors: { name: string }[], name: string): number =>
  monitors.filter((m) => m.name === name).length;

export const overlap: Rule = {
  id: 'overlap',
  judge(project) {
    const sentinels = sentinelFiles(project).filter((s) => s.seen);
    if (sentinels.length === 0) return noSentinelFile;
    return merged(
      sentinels.flatMap((server) => {
        const monitors = monitorsOf(server);
        return monitors.flatMap((m, i) => {
          const first = monitors.slice(0, i).find((o) => o.host === m.host && o.port === m.port);
          if (first === undefined || first.name === m.name) return [];
          return [
            {
              subject: server.id,
              message: `${m.host}:${m.port} is monitored as "${first.name}" and as "${m.name}"`,
              fix: [`delete "sentinel monitor ${m.name} …" and every line for ${m.name}`],
              at: m.at,
            },
          ];
        });
      }),
    );
  },
};

/** Sentinels begin with different masters under one name. */
export const masterDisagree: Rule = {
  id: 'master-disagree',
  judge(project) {
    const groups = fileGroups(project).filter((g) => g.name !== null);
    if (groups.length === 0) return noSentinelFile;
    return groups.flatMap(({ name, monitors, master }) => {
      const addresses = [...new Set(monitors.map((m) => `${m.host} ${m.port}`))];
      const [usual, other] = addresses.toSorted((a, b) => votes(monitors, b) - votes(monitors, a));
      const odd = monitors.filter((m) => `${m.host} ${m.port}` !== usual);
      const [first] = odd;
      // One may be known by a name and by an address.
      const same =
        master !== undefined &&
        monitors.every((m) => hostNamesOf(master).includes(m.host) && m.port === first?.port);
      if (first === undefined || other === undefined || same) return [];
      return [
        {
          subject: idsOf(odd.map((m) => m.server)),
          message: `${name} is ${other.replace(' ', ':')} here, and ${usual?.replace(' ', ':')} at the others`,
          fix: [`sentinel monitor ${name} ${usual} ${first.quorum}`],
          at: first.at,
        },
      ];
    });
  },
};

const votes = (monitors: { host: string; port: number }[], address: string): number =>
  monitors.filter((m) => `${m.host} ${m.port}` === address).length;
