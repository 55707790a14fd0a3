import { editDistance, nearest } from '../../../model/nearest.js';
import type { CheckText, RawFinding } from '../../check.js';
import type { Directive } from '../conf.js';
import { DIRECTIVES, SENTINEL_LINES } from '../known.js';
import type { FileServer } from '../project.js';
import { sentinelRefusalOf } from '../sentinel-values.js';
import { place } from '../settings.js';
import { refusalOf } from '../values.js';
import { merged, type Rule } from './rule.js';

const ONLY_IN_FILES = 'only files show it: a server that runs has taken its configuration';

/** What only files can show: no server runs with it. */
export const confSyntax: Rule & { words: CheckText } = {
  id: 'conf-syntax',
  words: {
    id: 'conf-syntax',
    severity: 'critical',
    group: 'configuration',
    title: 'a line that the server does not take',
    consequence: 'the server exits at start, and with a restart policy it does so for ever',
    explanation: `Redis reads the whole file before it starts, and stops at the first line that it can't read: quotes that are not balanced, a number of words that is not right (a comment behind a value is words too), a value of another kind. ${ONLY_IN_FILES}.`,
    remedy: [
      'correct the line; a quoted word ends with its quote, and a blank or the end of the line follows',
    ],
    sources: [
      'config.c: loadServerConfigFromString, static_configs',
      'sds.c: sdssplitargs',
      'sentinel.c: sentinelHandleConfiguration',
    ],
    causes: ['name-mismatch', 'sentinels-few', 'quorum-gt-n', 'sentinels-even', 'settings-skew'],
  },
  judge(project) {
    const unbalanced = project.troubles.map(
      (t): RawFinding => ({
        subject: t.file,
        message: t.message,
        fix: [`correct ${t.file}:${t.line}`],
        at: place(t),
      }),
    );
    return merged([...unbalanced, ...project.servers.flatMap((s) => refusedLines(s, project.compose))]);
  },
};

function refusedLines(server: FileServer, compose: string | null): RawFinding[] {
  return server.directives.flatMap((d): RawFinding[] => {
    // What a container's shell puts in, or takes away, can't be told from here.
    if (d.file === compose && d.args.some((arg) => /[$`<>|&;]/.test(arg))) return [];
    const [what = '', ...rest] = d.args;
    const ofSentinel = d.name === 'sentinel';
    const why = ofSentinel ? sentinelRefusalOf(what, rest) : refusalOf(d.name, d.args);
    if (why === undefined) return [];
    const remark = d.args.slice(1).some((arg) => arg.startsWith('#'))
      ? ': # begins a comment only at the start of a line'
      : '';
    const name = ofSentinel ? `sentinel ${what}` : d.name;
    return [
      { subject: server.id, message: `"${name}" ${why}${remark}`, fix: [righted(d, why)], at: place(d) },
    ];
  });
}

/** The line as it was probably meant, where that shows; never one with a password. */
function righted(d: Directive, why: string): string {
  const [what, ...rest] = d.args;
  if (d.name === 'sentinel' && what === 'monitor')
    return `sentinel monitor ${rest[0] ?? 'mymaster'} ${rest[1] ?? '<host>'} ${rest[2] ?? 6379} 2`;
  const comment = d.args.findIndex((arg) => arg.startsWith('#'));
  const meant = d.args.slice(0, Math.max(comment, 0));
  const secret = /pass|auth|^user$|^sentinel$/.test(d.name);
  return !secret && meant.length > 0 && refusalOf(d.name, meant) === undefined
    ? `${d.name} ${meant.join(' ')}`
    : `correct ${d.file}:${d.line}: it ${why.replace(/, and (here|not) .*/, '')}`;
}

/** Directives that no release known here has: a typing error, a module's, or a newer one's. */
export const confUnknown: Rule & { words: CheckText } = {
  id: 'conf-unknown',
  words: {
    id: 'conf-unknown',
    severity: 'critical',
    group: 'configuration',
    title: 'a directive that is not known here',
    consequence: 'a server that does not know it exits at start: Bad directive or wrong number of arguments',
    explanation: `The names are those of Redis 7.0 and 8.0 and Valkey 8.1. A name that is nearly one of them is a typing error; any other is a warning, for a newer release or a module may know it. ${ONLY_IN_FILES}.`,
    remedy: ['correct the name'],
    sources: ['config.c: loadServerConfigFromString', 'CONFIG GET * of Redis 7.0 and 8.0 and Valkey 8.1'],
  },
  judge(project) {
    return merged(
      project.servers.flatMap((server) =>
        server.directives.flatMap((d): RawFinding[] => {
          if (isKnown(d)) return [];
          const [what = ''] = d.args;
          const ofSentinel = d.name === 'sentinel';
          const [prefix, name] = ofSentinel ? ['sentinel ', what] : ['', d.name];
          const meant = nearest(name, ofSentinel ? Object.keys(SENTINEL_LINES) : DIRECTIVES);
          const isTypingError = meant !== undefined && editDistance(name, meant) <= 2;
          return [
            {
              subject: server.id,
              severity: isTypingError ? 'critical' : 'warning',
              message: `"${prefix}${name}" is not known here${meant === undefined ? '' : `: did you mean "${prefix}${meant}"?`}`,
              fix: [meant === undefined ? `look whether ${prefix}${name} is right` : `${prefix}${meant} …`],
              at: place(d),
            },
          ];
        }),
      ),
    );
  },
};

function isKnown({ name, args: [what] }: Directive): boolean {
  // `sentinel` alone only makes a server a sentinel.
  if (name === 'sentinel') return what === undefined || what === '' || SENTINEL_LINES[what] !== undefined;
  // A module's own settings carry its name.
  return DIRECTIVES.has(name) || name.includes('.');
}
