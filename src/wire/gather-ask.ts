import { type Clock, withDeadline } from '../clock.js';
import type { Address } from '../model/address.js';
import type { GatheredServer, Got } from '../model/gathered.js';
import type { Silence } from '../model/snapshot.js';
import { type Connection, type ConnectionOptions, openConnection } from './client.js';
import { protocolError, silenceOf, timeoutError, WireError } from './error.js';
import { fieldsOf, parseClients, parseWord } from './gather-parse.js';
import { type Info, parseInfo } from './info.js';
import { watchDial } from './speaks-tls.js';

/** A server that is asked: how it is called, what the cluster calls it, where it is from here. */
export interface Asked {
  id: string;
  announce: Address;
  endpoint: Address;
}

/** What a server is asked for over the wire; how it lives is its driver's to tell. */
export type Wired<T extends GatheredServer> = Omit<T, 'conf' | 'life' | 'masterNames'>;

export const no = (why: string): { ok: false; why: string } => ({ ok: false, why });
export const got = <T>(value: T): Got<T> => ({ ok: true, value });

/** Puts questions to one server, each with its own deadline; an answer that is none costs only itself. */
export interface Questions {
  /** Sends it now and reads it as `parse` says; what goes wrong is the reason for its absence. Never rejects. */
  ask<T>(words: (string | number)[], parse: (reply: unknown) => T): Promise<Got<T>>;
  /** As `ask`, where an error that the server answers with is an answer too. */
  askWithErrors<T>(words: (string | number)[], parse: (reply: unknown) => T): Promise<Got<T>>;
  /** Why the latest question has no answer, or INFO where it is not allowed, while none of them has any: errors alone do not show that it is a Redis. */
  silence(): Silence | null;
  /** How long connecting and the first PING took, in milliseconds. */
  readonly pingMs: Got<number>;
}

/**
 * Connects to a server for `work`, and always disconnects. A server that cannot be reached, or requires another
 * password, gets no questions: `work` is not called, and the reason is answered. Throws only the signal's reason.
 */
export async function visit<T>(
  endpoint: Address,
  options: ConnectionOptions,
  work: (questions: Questions) => Promise<T>,
): Promise<{ value: T } | { silence: Silence }> {
  const { clock, deadlineMs, signal } = options;
  const startedMs = clock.now();
  const { watched, silence } = watchDial(options);
  const opening = openConnection(endpoint, watched);
  try {
    const connection = await withDeadline(clock, deadlineMs, opening, () =>
      timeoutError(endpoint, deadlineMs),
    );
    return { value: await work(questionsOn(connection, await ping(connection, clock, startedMs))) };
  } catch (error) {
    signal?.throwIfAborted();
    return { silence: await silence(endpoint, error) };
  } finally {
    opening.then(
      (connection) => connection.close(),
      () => {},
    );
  }
}

/** What a server says to everything, whatever it is asked. Texts: acl.c, networking.c. */
const CLOSED_DOOR = /^(NOAUTH|DENIED)\b|max number of clients reached/;

/** An error reply (-LOADING, -MISCONF, -NOPERM) is a sign of life; anything else ends the visit. */
async function ping(connection: Connection, clock: Clock, startedMs: number): Promise<Got<number>> {
  try {
    if ((await connection.call('PING')) !== 'PONG')
      throw protocolError('answered PING with something other than PONG');
    return got(clock.now() - startedMs);
  } catch (error) {
    if (!(error instanceof WireError) || error.reply === undefined || CLOSED_DOOR.test(error.reply))
      throw error;
    return no(`PING: ${error.reply}`);
  }
}

function questionsOn(connection: Connection, pingMs: Got<number>): Questions {
  let answered = false;
  let latest: Silence | null = null;
  const attempt = async <T>(
    words: (string | number)[],
    parse: (reply: unknown) => T,
    errorsToo: boolean,
  ): Promise<Got<T>> => {
    try {
      const answer = got(parse(await connection.call(...words)));
      answered = true;
      return answer;
    } catch (error) {
      const reply = error instanceof WireError ? error.reply : undefined;
      if (errorsToo && isAnswer(error)) return readError(error, parse);
      const why = silenceOf(error);
      // Of the commands that it denies INFO is named, as in a status.
      if (latest?.kind !== 'auth' || words[0] === 'INFO') latest = why;
      return no(reply ?? why.message);
    }
  };
  return {
    pingMs,
    silence: () => (answered ? null : latest),
    ask: (words, parse) => attempt(words, parse, false),
    askWithErrors: (words, parse) => attempt(words, parse, true),
  };
}

/** A command that this user may not run was not answered. */
const isAnswer = (error: unknown): error is WireError =>
  error instanceof WireError && error.reply !== undefined && error.silence.kind === 'error';

function readError<T>(error: WireError, parse: (reply: unknown) => T): Got<T> {
  try {
    return got(parse(error));
  } catch (failure) {
    return no(silenceOf(failure).message);
  }
}

/** A sentinel's INFO has a line `masterN:…` for each master: SENTINEL MASTERS says that, and more. */
function withoutMasters(info: Info): Info {
  return new Map([...info].filter(([name]) => !/^master\d/.test(name)));
}

/** What every kind of server is asked. */
export async function askCommon(
  q: Questions,
  section: 'all' | 'default',
): Promise<Pick<GatheredServer, 'info' | 'whoami' | 'clients'>> {
  const [info, whoami, clients] = await Promise.all([
    q.ask(['INFO', section], (reply) => fieldsOf(withoutMasters(parseInfo(reply)))),
    q.ask(['ACL', 'WHOAMI'], parseWord),
    q.ask(['CLIENT', 'LIST'], parseClients),
  ]);
  return { info, whoami, clients };
}

/** A server that gave no answer at all: what is asked of every one, each with the reason. */
export function silentServer(server: Asked, silence: Silence) {
  const unasked = no(silence.message);
  return {
    ...server,
    silence,
    info: unasked,
    clock: unasked,
    whoami: unasked,
    clients: unasked,
    latency: unasked,
    slowlog: unasked,
  };
}
