import type { RawFinding } from '../check.js';
import type { Directive } from './conf.js';
import type { FileGroup } from './groups.js';
import type { FileServer, Project } from './project.js';
import { allOf, type Lines, lastOf, sentinelLine, shownAt } from './settings.js';

/** The last line of a user, which is in effect (acl.c, ACLLoadConfiguredUsers: each line begins with a reset). */
const userLine = (lines: Lines, user: string): Directive | undefined =>
  lines.directives.findLast((d) => d.name === 'user' && d.args[0] === user);

/** What is filled in later is not known to be another one. */
const isOpen = (word: string): boolean =>
  /\$\{|\$\(|<[^>]*>$|\(redacted\)|^>?\((secret|file|config) /.test(word);

/** How two passwords of files compare: stand-ins of two sources may be equal, and a stand-in beside a text is not known. */
export type Compared = 'same' | 'different' | 'other-source' | 'unknown';

/** Compares the last word of one line, or the one given, with that of another; a Secret of the manifests is looked up. */
export function comparePasswords(one: Directive, other: Directive, { kube }: Project): Compared {
  const [a, b] = [one, other].map((line) => {
    const word = line.args.at(-1) ?? '';
    const known = kube?.secrets.get(word);
    // Without a shell a variable's name is text.
    const isStandIn = known === undefined && line.open === true;
    // `${NAME}` and `$NAME` are one variable.
    return { text: known ?? word.replace(/\$\{(\w+)\}/g, '$$$1'), isStandIn };
  });
  if (a?.text === b?.text) return 'same';
  if (a?.isStandIn !== b?.isStandIn) return 'unknown';
  return a?.isStandIn === true ? 'other-source' : 'different';
}

/** What differs, and where the other password is; two sources are named, whose contents are not in the files. */
export function differenceOf(
  what: string,
  given: Directive,
  asking: { id: string },
  asked: Directive,
  compared: 'different' | 'other-source',
): Pick<RawFinding, 'message' | 'severity' | 'impact'> {
  const place = `requirepass of ${asking.id} (${shownAt(asked)})`;
  if (compared === 'different') return { message: `${what} differs from ${place}` };
  return {
    severity: 'warning',
    impact: 'risk',
    message: `${what} is taken from ${given.args.at(-1)}, ${place} from ${asked.args.at(-1)}: whether they are equal is not known`,
  };
}

/** Why a text and what is filled in later cannot be compared. */
export const unknownEqual = (
  server: { id: string },
  what: string,
  given: Directive,
  asking: { id: string },
  asked: Directive,
): string =>
  `${server.id}: whether its ${what} (${shownAt(given)}) is requirepass of ${asking.id} (${shownAt(asked)}) is not known, because one of them is filled in at the start`;

/** A rule, or a name, that is filled in later: which one it is is not known. A password may be, without harm. */
const isVague = (word: string): boolean => !/^[>#~&+%-]/.test(word) && /\$[\w{(]|`|^<[^>]+>$|\{\{/.test(word);

/** Whether a line leaves its user off: each begins with a reset, after which a user is off. */
export const isOff = ({ args }: Directive): boolean =>
  args
    .slice(1)
    .findLast((rule) => /^(on|off|reset)$/i.test(rule))
    ?.toLowerCase() !== 'on';

/**
 * The `user` line that refuses a password; undefined where it lets it in, or where no such line is known. A line
 * without any password refuses every one, and so does one that leaves its user off.
 */
export function refusingUser(lines: Lines, user: string, password: string): Directive | undefined {
  const line = userLine(lines, user);
  if (line === undefined || line.open === true || line.args.some(isVague)) return undefined;
  if (isOff(line)) return line;
  if (isOpen(password) || /^\$\w/.test(password) || line.args.some(isOpen)) return undefined;
  let takes = new Set<string>();
  let any = false;
  // acl.c, ACLSetUser: rules from left to right. A hash that stands here is of no password of these files.
  for (const rule of line.args.slice(1)) {
    if (/^reset(pass)?$/i.test(rule)) takes = new Set();
    if (/^(reset(pass)?|[>#].*)$/i.test(rule)) any = false;
    if (/^nopass$/i.test(rule)) any = true;
    if (rule.startsWith('>')) takes.add(rule.slice(1));
    if (rule.startsWith('<')) takes.delete(rule.slice(1));
  }
  return any || takes.has(password) ? undefined : line;
}

/** Whether a server's files show which users it has. */
const showsUsers = (server: FileServer): boolean =>
  server.seen &&
  allOf(server, 'user').every(({ args: [name = ''] }) => !isVague(name)) &&
  (lastOf(server, 'aclfile') === undefined || allOf(server, 'user').length > 0);

/** Whether a user can log in at a server, whatever the password; undefined where the files do not show that. */
export function isThere(server: FileServer, user: string): boolean | undefined {
  const line = userLine(server, user);
  if (line !== undefined) return line.args.slice(1).some(isVague) ? undefined : !isOff(line);
  return user === 'default' ? true : showsUsers(server) ? false : undefined;
}

/** The one user that each of several servers lets in, with a password where one is given; undefined for none or more. */
export function userAt(servers: readonly FileServer[], password?: string): string | undefined {
  const [first, ...others] = servers.map((server) =>
    allOf(server, 'user')
      .map(({ args: [user = ''] }) => user)
      .filter(
        (user) =>
          user !== 'default' &&
          isThere(server, user) === true &&
          (password === undefined || refusingUser(server, user, password) === undefined),
      ),
  );
  const common = [...new Set(first)].filter((user) => others.every((names) => names.includes(user)));
  return common.length === 1 ? common[0] : undefined;
}

/** The user that sentinels log in as: the one of auth-user, or the one that is meant where no node has that. */
export function sentinelsUser({ nodes, name }: FileGroup, sentinel: FileServer): string {
  const given = sentinelLine(sentinel, 'auth-user', name ?? undefined)?.args[2];
  const password = sentinelLine(sentinel, 'auth-pass', name ?? undefined)?.args[2];
  const isNowhere = nodes.length > 0 && nodes.every((node) => isThere(node, given ?? 'default') === false);
  return (isNowhere ? userAt(nodes, password) : undefined) ?? given ?? 'default';
}

/** A setting as it is written where the server has its configuration: its file, or the options of its command. */
export function settingLine({ service, conf, directives, at }: FileServer, text: string): string {
  const byCommand =
    conf === null &&
    service !== null &&
    directives.some((d) => d.file === at.file && d.line === service.command?.line);
  return byCommand ? `add to its command: --${text}` : text;
}
