import { allowsCommand, isUnknownName, noSuchUser } from '../model/acl-rules.js';
import type { Address } from '../model/address.js';
import type { Fields, Got } from '../model/gathered.js';
import { ruleName } from '../model/operator-rights.js';
import { isLocked } from '../model/snapshot.js';
import { HELLO_CHANNEL } from '../model/users.js';
import type { ConnectionOptions } from './client.js';
import { got, no, type Questions, visit } from './gather-ask.js';
import { parseCommands, parseWord } from './gather-parse.js';

/** By which name a command is in `dryrun`: with the subcommand, where it has one. */
const nameOf = (words: readonly string[]): string => ruleName(words).replace('|', ' ');

/**
 * What a user may run: by ACL DRYRUN, which exists since 7.0; where a server does not have it, or does not let us ask, by
 * the user's rules.
 */
export async function askRights(
  q: Questions,
  user: string,
  commands: readonly (readonly string[])[],
): Promise<Got<Fields>> {
  const tried = await askDryrun(q, user, commands);
  if (tried.ok || noSuchUser(tried.why)) return tried;
  const rules = await q.ask(['ACL', 'GETUSER', user], parseCommands);
  if (!rules.ok) {
    // Before 6.0 there is only the default user, who may do everything.
    const isOpen = user === 'default' && /unknown command/i.test(rules.why);
    return isOpen ? byRules(commands, ['+@all']) : noSuchUser(rules.why) ? rules : tried;
  }
  return byRules(commands, rules.value);
}

function byRules(commands: readonly (readonly string[])[], rules: readonly string[]): Got<Fields> {
  const fields: [string, string][] = [];
  for (const command of commands) {
    const name = nameOf(command);
    const allowed = allowsCommand(name.replace(' ', '|'), rules);
    if (allowed === null) return no(`whether the rules ${rules.join(' ')} allow ${name} is not known here`);
    fields.push([name, allowed ? 'OK' : `the rules ${rules.join(' ')} do not allow it`]);
  }
  return got(Object.fromEntries(fields));
}

/** It answers with a text, or with an error for an unknown command. */
async function askDryrun(
  q: Questions,
  user: string,
  commands: readonly (readonly string[])[],
): Promise<Got<Fields>> {
  const verdicts = await Promise.all(
    commands.map(async (command) => {
      const verdict = await dryrun(q, user, command);
      return verdict.ok ? ([nameOf(command), verdict.value] as const) : verdict;
    }),
  );
  const fields: [string, string][] = [];
  for (const verdict of verdicts) {
    if ('ok' in verdict) return verdict;
    fields.push([verdict[0], verdict[1]]);
  }
  return got(Object.fromEntries(fields));
}

async function dryrun(q: Questions, user: string, command: readonly string[]): Promise<Got<string>> {
  const verdict = await q.ask(['ACL', 'DRYRUN', user, ...command], parseWord);
  return !verdict.ok && isUnknownName(verdict.why) ? got(verdict.why) : verdict;
}

/**
 * Whether a server has a command by this name, and the user may run it: `OK`, or what it says of it. A server without ACL
 * DRYRUN only tells whether it has the name.
 */
export async function askByName(
  q: Questions,
  user: string,
  command: readonly string[],
): Promise<Got<string>> {
  const tried = await dryrun(q, user, command);
  if (tried.ok) return tried;
  const [name = ''] = command;
  return q.ask(['COMMAND', 'INFO', name], (reply) =>
    Array.isArray(reply) && reply[0] !== null ? 'OK' : `Command '${name}' not found`,
  );
}

/** What sentinels send to each other (sentinel.c: sentinelSendPing, sentinelAskMasterStateToOtherSentinels, sentinelSendHello). */
const SENT_TO_PEERS: readonly (readonly string[])[] = [
  ['ping'],
  ['sentinel', 'is-master-down-by-addr', '127.0.0.1', '6379', '0', '*'],
  ['publish', HELLO_CHANNEL, ''],
];

/** The same of the default user, which a sentinel's peers ask as where they have no sentinel-user. */
export const askDefaultRights = (q: Questions): Promise<Got<Fields>> =>
  askRights(q, 'default', SENT_TO_PEERS);

/** What a sentinel allows each of these users, which its peers log in as. Throws only the signal's reason. */
export async function gatherPeerRights(
  endpoint: Address,
  users: readonly string[],
  options: ConnectionOptions,
): Promise<Record<string, Got<Fields>>> {
  const visited = await visit(endpoint, options, async (q) =>
    Promise.all(users.map((user) => askRights(q, user, SENT_TO_PEERS))),
  );
  const answers = 'value' in visited ? visited.value : [];
  const unasked = no('silence' in visited ? visited.silence.message : 'it gave no answer');
  return Object.fromEntries(users.map((user, i) => [user, answers[i] ?? unasked]));
}

/**
 * Which of these commands a user may not run there, by name with the server's words; or why that is
 * not known, null where the server does not answer. Throws only the signal's reason.
 */
export async function lackedRights(
  endpoint: Address,
  commands: readonly (readonly string[])[],
  { user, ...options }: ConnectionOptions & { user: string },
): Promise<Got<Fields> | null> {
  if (commands.length === 0) return got({});
  const visited = await visit(endpoint, options, (q) => askRights(q, user, commands));
  if (!('value' in visited)) return isLocked(visited.silence) ? no(visited.silence.message) : null;
  const rights = visited.value;
  if (!rights.ok) return rights;
  return got(Object.fromEntries(Object.entries(rights.value).filter(([, verdict]) => verdict !== 'OK')));
}
