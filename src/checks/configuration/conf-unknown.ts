import { editDistance, nearest } from '../../model/nearest.js';
import type { Check, RawFinding } from '../check.js';
import type { Directive } from '../files/conf.js';
import { isContinuation } from '../files/continued.js';
import { judgeServerFiles } from '../files/judge.js';
import { DIRECTIVES, SENTINEL_LINES } from '../files/known.js';
import type { FileServer } from '../files/project.js';
import { lastOf, place } from '../files/settings.js';

export default {
  id: 'conf-unknown',
  needs: 'files',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'files',
  title: 'a directive that sentinelctl does not know',
  consequence:
    'a server exits at start when it does not know a directive: Bad directive or wrong number of arguments',
  explanation:
    'The known names are those of Redis 7.0 and 8.0 and Valkey 8.1. A name that is almost one of them is ' +
    'reported as a typing error; any other is a warning, because a newer release or a module may define it. ' +
    'Only files show it: a running server has accepted its configuration.',
  remedy: ['correct the name'],
  sources: ['config.c: loadServerConfigFromString', 'CONFIG GET * of Redis 7.0 and 8.0 and Valkey 8.1'],
  files(project) {
    return judgeServerFiles(project, (server) =>
      server.directives.flatMap((d): RawFinding[] => {
        if (isKnown(d) || mayBeOfModule(server, d) || isContinuation(d, server.directives)) return [];
        const [what = ''] = d.args;
        const ofSentinel = d.name === 'sentinel';
        const [prefix, name] = ofSentinel ? ['sentinel ', what] : ['', d.name];
        const meant = nearest(name, ofSentinel ? Object.keys(SENTINEL_LINES) : DIRECTIVES);
        const isTypingError = meant !== undefined && editDistance(name, meant) <= 2;
        return [
          {
            subject: server.id,
            severity: isTypingError ? 'critical' : 'warning',
            message: `"${prefix}${name}" is not a known directive${meant === undefined ? '' : `: did you mean "${prefix}${meant}"?`}`,
            fix: [meant === undefined ? `check the spelling of ${prefix}${name}` : `${prefix}${meant} …`],
            at: place(d),
          },
        ];
      }),
    );
  },
} satisfies Check;

/** A module that is loaded defines names of its own, with or without its prefix. */
const mayBeOfModule = (server: FileServer, { name }: Directive): boolean =>
  name !== 'sentinel' && lastOf(server, 'loadmodule') !== undefined;

function isKnown({ name, args: [what] }: Directive): boolean {
  // `sentinel` alone only makes a server a sentinel.
  if (name === 'sentinel') return what === undefined || what === '' || SENTINEL_LINES[what] !== undefined;
  // A module's own settings carry its name.
  return DIRECTIVES.has(name) || name.includes('.');
}
