import { nearest } from '../../../model/nearest.js';
import type { Check, Seen } from '../../check.js';
import { DIRECTIVES, SENTINEL_LINES } from '../known.js';
import type { Project } from '../project.js';
import { place } from '../settings.js';
import { merged, type Rule } from './rule.js';

type Words = Omit<Check, 'run'>;

const ONLY_IN_FILES = 'only files show it: a server that runs has taken its configuration';

/** What only files can show: no server runs with it. */
export const confSyntax: Rule & { words: Words } = {
  id: 'conf-syntax',
  words: {
    id: 'conf-syntax',
    severity: 'critical',
    group: 'configuration',
    title: 'a line that the server does not take',
    consequence: 'the server exits at start, and with a restart policy it does so for ever',
    explanation: `Redis reads the whole file before it starts, and stops at the first line that it can't read: quotes that are not balanced, a number of words that is not right, a quorum of 0. ${ONLY_IN_FILES}.`,
    remedy: [
      'correct the line; a quoted word ends with its quote, and a blank or the end of the line follows',
    ],
    sources: [
      'config.c: loadServerConfigFromString',
      'sds.c: sdssplitargs',
      'sentinel.c: sentinelHandleConfiguration',
    ],
    causes: ['name-mismatch', 'sentinels-few', 'quorum-gt-n', 'sentinels-even', 'settings-skew'],
  },
  judge(project) {
    const unbalanced = project.troubles.map(
      (t): Seen => ({
        subject: t.file,
        message: t.message,
        fix: [`correct ${t.file}:${t.line}`],
        at: place(t),
      }),
    );
    return merged([...unbalanced, ...wrongSentinelLines(project)]);
  },
};

function wrongSentinelLines(project: Project): Seen[] {
  return project.servers.flatMap((server) =>
    server.directives.flatMap((d): Seen[] => {
      if (d.name !== 'sentinel') return [];
      const [what = '', ...rest] = d.args;
      const known = SENTINEL_LINES[what];
      if (server.kind !== 'sentinel' || known === undefined) return [];
      const [least, most] = known.words;
      const wrong = rest.length < least || rest.length > most;
      const zero = what === 'monitor' && !wrong && !(Number.parseInt(rest[3] ?? '', 10) > 0);
      if (!wrong && !zero) return [];
      return [
        {
          subject: server.id,
          message: wrong
            ? `"sentinel ${what}" takes ${least} words, and here are ${rest.length}`
            : `the quorum of ${rest[0]} must be 1 or more`,
          fix: [
            what === 'monitor'
              ? `sentinel monitor ${rest[0] ?? 'mymaster'} ${rest[1] ?? '<host>'} ${rest[2] ?? 6379} 2`
              : `correct ${d.file}:${d.line}`,
          ],
          at: place(d),
        },
      ];
    }),
  );
}

/** Directives that no release known here has: a typing error, a module's, or a newer one's. */
export const confUnknown: Rule & { words: Words } = {
  id: 'conf-unknown',
  words: {
    id: 'conf-unknown',
    severity: 'info',
    group: 'configuration',
    title: 'a directive that is not known here',
    consequence:
      'where it is a typing error the server exits at start: Bad directive or wrong number of arguments',
    explanation: `The names are those of Redis 7.0 and 8.0 and Valkey 8.1. A newer release, or a module, may know more; else the server exits at start. ${ONLY_IN_FILES}.`,
    remedy: ['correct the name'],
    sources: ['config.c: loadServerConfigFromString', 'CONFIG GET * of Redis 7.0 and 8.0 and Valkey 8.1'],
  },
  judge(project) {
    return merged(
      project.servers.flatMap((server) =>
        server.directives.flatMap((d): Seen[] => {
          const what = d.args[0] ?? '';
          const isSentinel = d.name === 'sentinel';
          // A module's own settings carry its name.
          if (
            isSentinel ? SENTINEL_LINES[what] !== undefined : DIRECTIVES.has(d.name) || d.name.includes('.')
          )
            return [];
          const meant = isSentinel ? nearest(what, Object.keys(SENTINEL_LINES)) : nearest(d.name, DIRECTIVES);
          const shown = isSentinel ? `sentinel ${what}` : d.name;
          const right = isSentinel ? `sentinel ${meant}` : meant;
          return [
            {
              subject: server.id,
              message: `"${shown}" is not known here${meant === undefined ? '' : `: did you mean "${right}"?`}`,
              fix: [meant === undefined ? `look whether ${shown} is right` : `${right} …`],
              at: place(d),
            },
          ];
        }),
      ),
    );
  },
};
