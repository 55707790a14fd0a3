import type { Directive } from './conf.js';
import type { FileServer } from './project.js';
import type { Lines } from './settings.js';

/** The last line of a user, which is in effect (acl.c, ACLLoadConfiguredUsers: each line begins with a reset). */
const userLine = (lines: Lines, user: string): Directive | undefined =>
  lines.directives.findLast((d) => d.name === 'user' && d.args[0] === user);

/** What is filled in later, or is only a hash, is not known to be another one. */
const isOpen = (word: string): boolean => /^#|\$\{|\$\(|<[^>]*>$|\(redacted\)/.test(word);

/**
 * The `user` line that refuses a password; undefined where it lets it in, or where no such line is known. A line
 * without any password refuses every one.
 */
export function refusingUser(lines: Lines, user: string, password: string): Directive | undefined {
  const line = userLine(lines, user);
  if (line === undefined || line.open === true || isOpen(password) || line.args.some(isOpen))
    return undefined;
  let takes = new Set<string>();
  let any = false;
  // acl.c, ACLSetUser: rules from left to right.
  for (const rule of line.args.slice(1)) {
    if (/^reset(pass)?$/i.test(rule)) takes = new Set();
    if (/^(reset(pass)?|>.*)$/i.test(rule)) any = false;
    if (/^nopass$/i.test(rule)) any = true;
    if (rule.startsWith('>')) takes.add(rule.slice(1));
    if (rule.startsWith('<')) takes.delete(rule.slice(1));
  }
  return any || takes.has(password) ? undefined : line;
}

/** A setting as it is written where the server has its configuration: its file, or the options of its command. */
export function settingLine({ service, conf, directives, at }: FileServer, text: string): string {
  const byCommand =
    conf === null &&
    service !== null &&
    directives.some((d) => d.file === at.file && d.line === service.command?.line);
  return byCommand ? `add to its command: --${text}` : text;
}
