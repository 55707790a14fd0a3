import { formatAddress } from '../model/address.js';
import type { Got, NodeReplies } from '../model/answers.js';
import type { NodeAnswer } from '../model/snapshot.js';
import type { Credentials } from './access.js';
import type { Connection, ConnectionOptions } from './client.js';
import { protocolError, WireError } from './error.js';
import { loginOf, parseConfig, parseUsers, type ReadConfig } from './gather-login.js';
import { parseWord } from './gather-parse.js';
import { numberOf } from './info.js';

/** For how long a refusal is remembered: each one is an entry in the server's ACL LOG. Milliseconds. */
const REMEMBERED_MS = 3_600_000;

/** Who was refused where: the reply, and when; by the credentials that one session uses for all its looks. */
const refusals = new WeakMap<Credentials, Map<string, { why: string; atMs: number }>>();
const NO_CREDENTIALS: Credentials = {};

type Asking = Pick<ConnectionOptions, 'clock' | 'credentials'>;
type Line = Pick<Connection, 'address' | 'call'>;

/**
 * How a data node is set, and which logins it accepts, or the errors that it answered with. One who may not ask is asked
 * again after an hour, not at each look. Throws WireError where no reply came.
 */
export async function askSettings(
  connection: Line,
  options: Asking,
): Promise<Pick<NodeReplies, 'config' | 'login' | 'whoami'>> {
  const [read, users, whoami] = await Promise.all([
    askConfig(connection, options),
    askAllowed(connection, options, ['ACL', 'LIST'], parseUsers),
    askAllowed(connection, options, ['ACL', 'WHOAMI'], parseWord),
  ]);
  return {
    config: read.ok ? { ok: true, value: read.value.settings } : read,
    login: loginOf(read, users),
    whoami,
  };
}

/**
 * What the checks of `status` look at: each name costs, and a server has 250. A name that a server does not know is an
 * empty answer.
 *
 * @internal
 */
export const NAMES = [
  '*auth',
  '*user',
  'requirepass',
  'min-*s-*',
  'repl*',
  'dual-channel-*',
  'bind*',
  'protected-mode',
  'tls-[pr]*',
  'aclfile',
  'save',
  'stop-writes-*',
];

/**
 * How many of them one question has. A command of more than 10 words by one who is not logged in makes the server close
 * the connection, and that it wants a password is never heard (networking.c, processMultibulkBuffer).
 */
const NAMES_TOGETHER = 8;

/** All of them, or why one was not answered: several in one question since Redis 7.0, before that one by one. */
async function askConfig(connection: Line, options: Asking): Promise<Got<ReadConfig>> {
  const ask = (names: readonly string[]): Promise<Got<unknown[]>> =>
    askAllowed(connection, options, ['CONFIG', 'GET', ...names], listIn);
  const askAll = async (together: number): Promise<Got<ReadConfig>> => {
    const parts = Array.from({ length: Math.ceil(NAMES.length / together) }, (_, i) =>
      NAMES.slice(i * together, (i + 1) * together),
    );
    const replies = await Promise.all(parts.map(ask));
    const lacking = replies.find((reply) => !reply.ok);
    if (lacking?.ok === false) return lacking;
    return { ok: true, value: parseConfig(replies.flatMap((reply) => (reply.ok ? reply.value : []))) };
  };
  const read = await askAll(NAMES_TOGETHER);
  return !read.ok && /wrong number of arguments/i.test(read.why) ? askAll(1) : read;
}

/** A reply to CONFIG GET: names and values in turn. Throws WireError `protocol`. */
function listIn(reply: unknown): unknown[] {
  if (reply instanceof Map) return [...reply].flat();
  if (!Array.isArray(reply)) throw protocolError('gave an invalid reply to CONFIG GET');
  return reply;
}

/** min-replicas-to-write among the settings, or why it is not. */
export function leastReplicasIn(
  config: NodeReplies['config'],
): Pick<NodeAnswer, 'leastReplicas' | 'leastUnread'> {
  if (!config.ok) return { leastUnread: config.why };
  const least = numberOf(config.value['min-replicas-to-write'] ?? config.value['min-slaves-to-write']);
  return least === null ? { leastUnread: 'CONFIG GET did not name it' } : { leastReplicas: least };
}

async function askAllowed<T>(
  connection: Line,
  { clock, credentials = NO_CREDENTIALS }: Asking,
  words: readonly string[],
  parse: (reply: unknown) => T,
): Promise<Got<T>> {
  const refused = refusedTo(credentials);
  const question = `${formatAddress(connection.address)} ${words.join(' ')}`;
  const known = refused.get(question);
  if (known !== undefined && clock.now() - known.atMs < REMEMBERED_MS) return { ok: false, why: known.why };
  try {
    return { ok: true, value: parse(await connection.call(...words)) };
  } catch (error) {
    if (!(error instanceof WireError)) throw error;
    const { reply, silence } = error;
    // What cannot be read costs only itself.
    if (reply === undefined && silence.kind !== 'protocol') throw error;
    const why = reply ?? silence.message;
    // A server that loads its data, or runs a script, answers the next time.
    if (reply !== undefined && !/^(LOADING|BUSY|NOAUTH)\b/.test(reply))
      refused.set(question, { why, atMs: clock.now() });
    return { ok: false, why };
  }
}

function refusedTo(credentials: Credentials): Map<string, { why: string; atMs: number }> {
  const known = refusals.get(credentials) ?? new Map<string, { why: string; atMs: number }>();
  refusals.set(credentials, known);
  return known;
}
