import type { Check, RawFinding } from '../check.js';
import type { Directive } from '../files/conf.js';
import { isContinuation, wholeOf } from '../files/continued.js';
import { judgeServerFiles, merged } from '../files/judge.js';
import { DIRECTIVES, SENTINEL_LINES } from '../files/known.js';
import type { FileServer } from '../files/project.js';
import { place } from '../files/settings.js';
import { isSingle, refusalOf } from '../files/values.js';

export default {
  id: 'conf-syntax',
  needs: 'files',
  severity: 'critical',
  impact: 'at-risk',
  group: 'configuration',
  part: 'files',
  title: 'a configuration line that the server rejects',
  consequence: 'the server exits at start, and with a restart policy it does so again and again',
  explanation:
    'Redis reads the whole file before it starts and stops at the first line that it cannot read: unbalanced ' +
    'quotes, a wrong number of words (a comment after a value counts as words), a value of the wrong type. ' +
    'Only files show it: a running server has accepted its configuration.',
  remedy: ['correct the line; a closing quote must be followed by a blank or the end of the line'],
  sources: [
    'config.c: loadServerConfigFromString, static_configs',
    'sds.c: sdssplitargs',
    'sentinel.c: sentinelHandleConfiguration',
  ],
  causes: ['name-mismatch', 'sentinels-few', 'quorum-gt-n', 'sentinels-even', 'settings-skew'],
  files(project) {
    const unbalanced = project.troubles.map(
      (t): RawFinding => ({
        subject: t.subject ?? t.file,
        message: t.message,
        fix: t.fix ?? [`correct ${t.file}:${t.line}`],
        at: place(t),
      }),
    );
    const refused = judgeServerFiles(project, (server) => refusedLines(server, project.composeFiles));
    return Array.isArray(refused) || unbalanced.length > 0
      ? oncePerFault([...unbalanced, ...(Array.isArray(refused) ? refused : [])])
      : refused;
  },
} satisfies Check;

function refusedLines(server: FileServer, composeFiles: readonly string[]): RawFinding[] {
  return server.directives.flatMap((d): RawFinding[] => {
    if (composeFiles.includes(d.file) && isJoined(d)) return [joinedLines(server, d)];
    const whole = wholeOf(d, server.directives);
    if (whole !== null) return [continuedLine(server, d, whole)];
    if (isContinuation(d, server.directives)) return [];
    // What a container's shell inserts or removes is unknown here.
    if (d.open === true || (composeFiles.includes(d.file) && d.args.some((arg) => /[$`<>|&;]/.test(arg))))
      return [];
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

/** One fault of several services, each with a script of its own, is one finding: with one message and one fix, at the first place. */
const oncePerFault = (all: readonly RawFinding[]): RawFinding[] =>
  merged(
    all.map((f) => {
      const first = all.find((o) => o.message === f.message && String(o.fix) === String(f.fix));
      return first?.at === undefined ? f : { ...f, at: first.at };
    }),
  );

/** Whether a line goes on with what begins another one; a master, or a password, may be called `sentinel`. */
function isJoined({ name, args }: Directive): boolean {
  if (name !== 'sentinel' && !isSingle(name)) return false;
  const own = name === 'sentinel' ? 2 : 1;
  return args.some(
    (arg, i) =>
      i >= own &&
      args.length > i + 1 &&
      (arg === 'sentinel' ? args.length > i + 2 : arg.length > 4 && DIRECTIVES.has(arg)),
  );
}

/** A backslash at the end of a line is one more word of it, and the next line is a directive of its own. */
function continuedLine(server: FileServer, d: Directive, words: readonly string[]): RawFinding {
  const what = d.name === 'sentinel' ? `sentinel ${d.args[0] ?? ''}` : d.name;
  return {
    subject: server.id,
    message: `"${what}" ends with \\: a configuration file has no lines that go on in the next one`,
    fix: [/pass|auth|user/.test(what) ? `${what} …, in one line` : words.join(' ')],
    at: place(d),
  };
}

/** Lines of a script in a compose file that YAML has joined: what each service has of it is one fault. */
function joinedLines(server: FileServer, d: Directive): RawFinding {
  return {
    subject: server.id,
    message: `the lines of its configuration are one line that begins with "${d.name}": a folded text (command: >) joins the lines of the script`,
    fix: ['command: |  # instead of command: >', "or in the script: printf '%s\\n' 'LINE' 'LINE' > FILE"],
    at: place(d),
  };
}

/** The line as it was probably meant, where that shows; never one with a password. */
function righted(d: Directive, why: string): string {
  const [what, ...rest] = d.args;
  if (d.name === 'sentinel' && what === 'monitor')
    return `sentinel monitor ${rest[0] ?? 'mymaster'} ${rest[1] ?? '<host>'} ${rest[2] ?? 6379} 2`;
  const comment = d.args.findIndex((arg) => arg.startsWith('#'));
  const meant = d.args.slice(0, Math.max(comment, 0));
  if (d.name === 'sentinel' && meant.length > 1 && !/pass|user/.test(what ?? ''))
    return sentinelRefusalOf(what ?? '', meant.slice(1)) === undefined
      ? `sentinel ${meant.join(' ')}`
      : `correct ${d.file}:${d.line}: it ${why}`;
  const secret = /pass|auth|^user$|^sentinel$/.test(d.name);
  return !secret && meant.length > 0 && refusalOf(d.name, meant) === undefined
    ? `${d.name} ${meant.join(' ')}`
    : `correct ${d.file}:${d.line}: it ${why.replace(/, (but has|not) .*/, '')}`;
}

/** What atoi makes of a word: its leading digits, 0 without any. */
const atoi = (word: string | undefined): number => Number.parseInt(word ?? '', 10) || 0;

const above =
  (at: number, least: number) =>
  (args: string[]): string | undefined =>
    atoi(args[at]) >= least ? undefined : `takes a number of ${least} or more`;

const yesNo = ([value = '']: string[]): string | undefined =>
  /^(yes|no)$/i.test(value) ? undefined : 'takes yes or no';

/** Values that a sentinel refuses at start (sentinel.c, sentinelHandleConfiguration): it reads numbers with atoi. */
const VALUES: Readonly<Record<string, (args: string[]) => string | undefined>> = {
  monitor: ([, , port, quorum]) => {
    if (atoi(quorum) < 1) return 'takes a quorum of 1 or more';
    return atoi(port) >= 0 && atoi(port) <= 65535 ? undefined : 'takes a port from 0 to 65535';
  },
  'down-after-milliseconds': above(1, 1),
  'failover-timeout': above(1, 1),
  'master-reboot-down-after-period': above(1, 0),
  myid: ([id = '']) => (id.length === 40 ? undefined : 'takes an id of 40 letters'),
  'deny-scripts-reconfig': yesNo,
  'resolve-hostnames': yesNo,
  'announce-hostnames': yesNo,
};

/** Why a sentinel stops at `sentinel WHAT ARGS`; undefined where it does not, or WHAT is not known. */
function sentinelRefusalOf(what: string, args: string[]): string | undefined {
  const known = SENTINEL_LINES[what];
  if (known === undefined) return undefined;
  const [least, most] = known.words;
  if (args.length < least || args.length > most) {
    return `takes ${least} ${least === 1 ? 'word' : 'words'}, but has ${args.length}`;
  }
  return VALUES[what]?.(args);
}
