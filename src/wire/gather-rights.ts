import type { Address } from '../model/address.js';
import type { Fields, Got } from '../model/gathered.js';
import type { ConnectionOptions } from './client.js';
import { got, no, type Questions, visit } from './gather-ask.js';
import { parseWord } from './gather-parse.js';

/** By which name a command is in `dryrun`: with the subcommand, where it has one. */
const CONTAINERS = new Set(['config', 'client', 'script', 'sentinel']);
const nameOf = ([command = '', sub = '']: readonly string[]): string =>
  CONTAINERS.has(command) ? `${command} ${sub}` : command;

/** ACL DRYRUN exists since 7.0. It answers with a text, or with an error for an unknown command. */
export async function askDryrun(
  q: Questions,
  user: string,
  commands: readonly (readonly string[])[],
): Promise<Got<Fields>> {
  const verdicts = await Promise.all(
    commands.map(async (command) => {
      const verdict = await q.ask(['ACL', 'DRYRUN', user, ...command], parseWord);
      if (verdict.ok) return [nameOf(command), verdict.value] as const;
      return /Command '.*' not found/.test(verdict.why) ? ([nameOf(command), verdict.why] as const) : verdict;
    }),
  );
  const fields: [string, string][] = [];
  for (const verdict of verdicts) {
    if ('ok' in verdict) return verdict;
    fields.push([verdict[0], verdict[1]]);
  }
  return got(Object.fromEntries(fields));
}

/** What sentinels send to each other that a failover needs (sentinel.c: sentinelSendPing, sentinelAskMasterStateToOtherSentinels). */
const SENT_TO_PEERS: readonly (readonly string[])[] = [
  ['ping'],
  ['sentinel', 'is-master-down-by-addr', '127.0.0.1', '6379', '0', '*'],
];

/** The same of the default user, as which a sentinel's peers ask where they have no sentinel-user. */
export const askDefaultRights = (q: Questions): Promise<Got<Fields>> =>
  askDryrun(q, 'default', SENT_TO_PEERS);

/** What a sentinel allows each of these users, as which its peers log in. Throws only the signal's reason. */
export async function gatherPeerRights(
  endpoint: Address,
  users: readonly string[],
  options: ConnectionOptions,
): Promise<Record<string, Got<Fields>>> {
  const visited = await visit(endpoint, options, async (q) =>
    Promise.all(users.map((user) => askDryrun(q, user, SENT_TO_PEERS))),
  );
  const answers = 'value' in visited ? visited.value : [];
  const unasked = no('silence' in visited ? visited.silence.message : 'it gave no answer');
  return Object.fromEntries(users.map((user, i) => [user, answers[i] ?? unasked]));
}
