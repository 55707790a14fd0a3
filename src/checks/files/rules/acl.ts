import type { RawFinding } from '../../check.js';
import type { Directive } from '../conf.js';
import { fileGroups } from '../groups.js';
import { place, sentinelLine, settingOf } from '../settings.js';
import { merged, noSentinelFile, type Rule } from './rule.js';

/** What a sentinel's user must be allowed (Redis documentation, Sentinel: ACL). */
const COMMANDS = [
  'multi',
  'slaveof',
  'ping',
  'exec',
  'subscribe',
  'config|rewrite',
  'role',
  'publish',
  'info',
  'client|setname',
  'client|kill',
  'script|kill',
];
const USER_RULES = `allchannels ${COMMANDS.map((c) => `+${c}`).join(' ')}`;

/** The `user` lines of the users that sentinels log in as; a user that no file has can't be judged. */
const users = (
  id: string,
  wrong: (line: Directive, rules: string[], pubsubDefault: string) => string | null,
): Rule => ({
  id,
  judge(project) {
    const groups = fileGroups(project).filter((g) => g.monitors.length > 0);
    if (groups.length === 0) return noSentinelFile;
    const asked = groups.flatMap((group) =>
      group.monitors.flatMap(({ server, name }) => {
        const user = sentinelLine(server, 'auth-user', name)?.args[2] ?? 'default';
        return group.nodes.flatMap((node) => {
          const lines = node.directives.filter((d) => d.name === 'user' && d.args[0] === user);
          return lines.length === 0 ? [] : [{ node, lines }];
        });
      }),
    );
    if (asked.length === 0) return { skip: 'no "user" line of a user that sentinels log in as was given' };
    return merged(
      asked.flatMap(({ node, lines }): RawFinding[] => {
        const [last] = lines.slice(-1);
        const rules = lines.flatMap((line) => line.args.slice(1));
        const why = last && wrong(last, rules, settingOf(node, 'acl-pubsub-default') ?? 'resetchannels');
        if (!last || !why) return [];
        return [
          {
            subject: node.id,
            message: `user ${last.args[0]} ${why}`,
            fix: [`user ${last.args[0]} on ><its password> ${USER_RULES}`],
            at: place(last),
          },
        ];
      }),
    );
  },
});

export const aclShort = users('acl-short', (_line, rules) => {
  const missing = COMMANDS.filter((command) => allowed(command, rules) === false);
  return missing.length === 0 ? null : `may not ${missing.join(', ')}`;
});

/** null where a category that is not known here decides. Later rules win (acl.c, ACLSetSelector). */
function allowed(command: string, rules: string[]): boolean | null {
  const [base] = command.split('|');
  let state: boolean | null = false;
  for (const rule of rules.map((r) => r.toLowerCase())) {
    if (rule === 'allcommands' || rule === '+@all') state = true;
    else if (rule === 'nocommands' || rule === '-@all' || rule === 'reset') state = false;
    else if (rule === `+${command}` || rule === `+${base}`) state = true;
    else if (rule === `-${command}` || rule === `-${base}`) state = false;
    // SLAVEOF and REPLICAOF are two commands to the rules.
    else if (/^\+@/.test(rule) && state === false) state = null;
    else if (/^-@/.test(rule) && state === true) state = null;
  }
  return state;
}

export const aclChannel = users('acl-channel', (_line, rules, pubsubDefault) => {
  let open = pubsubDefault === 'allchannels';
  for (const rule of rules.map((r) => r.toLowerCase())) {
    if (
      rule === 'allchannels' ||
      rule === '&*' ||
      rule === '&__sentinel__:hello' ||
      rule === '&__sentinel__:*'
    )
      open = true;
    else if (rule === 'resetchannels' || rule === 'reset') open = false;
  }
  return open ? null : 'may not use the channel __sentinel__:hello';
});
