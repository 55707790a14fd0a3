/**
 * Whether a user's rules allow a command, `config|rewrite`; null where a category that is not known here decides. Later
 * rules win (acl.c, ACLSetSelector).
 */
export function allowsCommand(command: string, rules: readonly string[]): boolean | null {
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

/** Whether a user's rules let it use the channel of the sentinels' hellos; `initial`: acl-pubsub-default. */
export function allowsHello(rules: readonly string[], initial: string): boolean {
  let open = initial === 'allchannels';
  for (const rule of rules.map((r) => r.toLowerCase())) {
    if (/^(allchannels|&\*|&__sentinel__:(hello|\*))$/.test(rule)) open = true;
    else if (rule === 'resetchannels' || rule === 'reset') open = false;
  }
  return open;
}

/** Whether the reason for an absent answer is that a user does not exist. Texts: acl.c, aclCommand (DRYRUN), and ours for GETUSER. */
export const noSuchUser = (why: string): boolean => /\bUser '.*' not found|^has no such user/i.test(why);

/** What ACL DRYRUN says of a command that a server does not have by this name: it was renamed, or is unknown. */
export const isUnknownName = (said: string): boolean => /Command '.*' not found/.test(said);
