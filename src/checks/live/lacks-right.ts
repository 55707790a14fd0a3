import { cli } from '../../model/hints.js';
import type { NodeKind } from '../../model/plan.js';
import { passwordLines, shellWord, userOf } from '../../model/secrets.js';
import type { NodeState, SentinelState } from '../../model/snapshot.js';
import type { RawFinding } from '../check.js';
import { nameOf } from '../snapshot.js';

/** The command that a server denies, and the user that it names; null where its answer does not say. */
interface Denied {
  user: string | null;
  command: string | null;
}

/** Texts: acl.c, getAclErrorMessage (7.0), and `this user has no permissions to run the 'info' command` before it. */
export function deniedIn(said: string): Denied | null {
  if (!/^denies the command: NOPERM\b/.test(said)) return null;
  return {
    user: /\bUser (\S+) has no permissions\b/.exec(said)?.[1] ?? null,
    command: /\bto run the '([\w|.-]+)' command/.exec(said)?.[1]?.toLowerCase() ?? null,
  };
}

/** The user that is logged in lacks a right: another password would change nothing. */
export function withoutRight(
  server: NodeState | SentinelState,
  kind: NodeKind,
  { user: named, command }: Denied,
  said: string,
): RawFinding {
  const user = named ?? userOf(kind) ?? 'default';
  const words = `denies a command to this user${command === null ? '' : `: ${user} needs +${command}`}`;
  // A shell would act on the sign between a command and its subcommand.
  const rule = command?.includes('|') ? `'+${command}'` : `+${command}`;
  const typed = shellWord(user);
  return {
    subject: server.id,
    brief: `${server.id} ${words}`,
    evidence: said,
    message: `${nameOf(server)} ${words}`,
    fix:
      command === null
        ? [`# what it lacks is in its answer: ACL SETUSER ${typed} with that right, as a user that may do it`]
        : [
            ...passwordLines('the password of ADMIN, a user that may change rights'),
            cli(server, `--user ADMIN ACL SETUSER ${typed} ${rule}`),
            '# to keep it over a restart: ACL SAVE where the server has an ACL file, else CONFIG REWRITE',
          ],
  };
}
