import { waitedMs, withDeadline } from '../clock.js';
import type { Address } from '../model/address.js';
import type { Fields } from '../model/answers.js';
import { heldBackIn, holdsClients } from '../model/held-back.js';
import { keptWritesIn, type Writes } from '../model/kept-writes.js';
import { isNeverReached, quorumAlone } from '../model/never-reached.js';
import { monitoredIn, simulatesIn, tiltIn, uptimeIn } from '../model/records.js';
import type { MasterView, NodeAnswer, SentinelState, Silence } from '../model/snapshot.js';
import { type Connection, type ConnectionOptions, openConnection } from './client.js';
import { errorReply, protocolError, timeoutError, WireError } from './error.js';
import { fieldsOf, parseClients } from './gather-parse.js';
import { engineOf, type Info, isSentinel, nodeAnswer, parseInfo } from './info.js';
import { masterView, parseCkquorum, parseRecords, type SentinelRecord } from './replies.js';
import { askSettings, leastReplicasIn } from './settings.js';
import { watchDial } from './speaks-tls.js';

export type SentinelAnswer = NonNullable<SentinelState['answer']>;
/** An answer, or the reason for its absence; never both. */
export type Asked<T> = { answer: T; silence: null } | { answer: null; silence: Silence };

/**
 * Asks a data node who it is; once more where it closes the connection, as Sentinel makes it do to every client when it is
 * promoted or repointed (sentinel.c, sentinelSendSlaveOf: CLIENT KILL TYPE normal). Throws only the signal's reason.
 */
export async function askNode(endpoint: Address, options: ConnectionOptions): Promise<Asked<NodeAnswer>> {
  const asked = await askNodeOnce(endpoint, options);
  return asked.silence?.kind === 'closed' ? askNodeOnce(endpoint, options) : asked;
}

function askNodeOnce(endpoint: Address, options: ConnectionOptions): Promise<Asked<NodeAnswer>> {
  return visit(endpoint, options, async (connection, within) => {
    const [said, pingError, settings] = await within(
      Promise.all([
        connection.call('INFO'),
        connection.call('PING').then(() => undefined, pingErrorIn),
        askSettings(connection, options),
      ]),
    );
    const info = parseInfo(said);
    if (isSentinel(info)) throw protocolError('is a sentinel, not a data node');
    const answer = nodeAnswer(info);
    const { config } = settings;
    const held = holdsClients(info) ? await within(heldBack(connection, info)) : heldBackIn(info, []);
    return {
      ...answer,
      ...(pingError !== undefined && { pingError }),
      // The count alone does not tell whether writes are refused.
      ...(answer.goodReplicas !== undefined && leastReplicasIn(config)),
      ...held,
      ...(config.ok && { settings: config.value }),
      raw: { info: Object.fromEntries(info), ...settings },
    };
  });
}

/** Who waits there; one who may not see the clients is told so. Throws WireError where no reply came. */
async function heldBack(
  connection: Connection,
  info: Info,
): Promise<Pick<NodeAnswer, 'heldBack' | 'heldUnread'>> {
  const said = await connection.call('CLIENT', 'LIST').catch((error: unknown) => {
    if (!(error instanceof WireError) || error.reply === undefined) throw error;
    return { why: error.reply };
  });
  return typeof said === 'string' ? heldBackIn(info, parseClients(said)) : { heldUnread: whyOf(said) };
}

const whyOf = (said: unknown): string =>
  typeof said === 'object' && said !== null && 'why' in said ? String(said.why) : 'CLIENT LIST gave no text';

/** What a data node executed since its start, which INFO alone does not tell; nothing where it does not say. */
export async function askWrites(endpoint: Address, options: ConnectionOptions): Promise<Writes> {
  const { answer } = await visit(endpoint, options, async (connection, within) =>
    keptWritesIn(parseInfo(await within(connection.call('INFO', 'commandstats')))),
  );
  return answer ?? {};
}

/** Who is connected to a data node; none where it does not say. */
export async function askClients(endpoint: Address, options: ConnectionOptions): Promise<Fields[]> {
  const { answer } = await visit(endpoint, options, async (connection, within) =>
    parseClients(await within(connection.call('CLIENT', 'LIST'))),
  );
  return answer ?? [];
}

/** How many masters are asked about at once: a wave has one deadline, so that a thousand names do not look like silence. */
const NAMES_AT_ONCE = 100;

/**
 * Asks a sentinel what it believes: of one master, or of all where `masterName` is null. One name takes the time of
 * one, however many the sentinel monitors. Throws only the signal's reason.
 */
export function askSentinel(
  endpoint: Address,
  masterName: string | null,
  options: ConnectionOptions,
): Promise<Asked<SentinelAnswer>> {
  return visit(endpoint, options, async (connection, within) => {
    const { info, id, records, details } = await within(firstAnswers(connection, masterName));
    const views: (MasterView | null)[] = [];
    for (let at = 0; at < records.length; at += NAMES_AT_ONCE) {
      const wave = records
        .slice(at, at + NAMES_AT_ONCE)
        .map(async (record) =>
          viewOf(record, details ?? (await askDetails(connection, record.get('name') ?? '', record))),
        );
      views.push(...(await within(Promise.all(wave))));
    }
    return {
      version: engineOf(info).version,
      sentinelId: id,
      ...(info.has('run_id') && { runId: info.get('run_id') ?? '' }),
      ...(info.has('config_file') && { configFile: info.get('config_file') ?? '' }),
      ...tiltIn(info),
      ...uptimeIn(info),
      ...simulatesIn(info),
      masters: views.filter((view) => view !== null),
      ...(masterName !== null && { others: monitoredIn(info).filter(({ name }) => name !== masterName) }),
    };
  });
}

/** Everything at once; where the name is known, its details go with the first questions. */
async function firstAnswers(connection: Connection, masterName: string | null) {
  const [said, id, listed, details] = await Promise.allSettled([
    connection.call('INFO'),
    connection.call('SENTINEL', 'MYID'),
    masterName === null ? connection.call('SENTINEL', 'MASTERS') : askMaster(connection, masterName),
    masterName === null ? null : askDetails(connection, masterName),
  ]);
  const info = parseInfo(settledValue(said));
  if (!isSentinel(info))
    throw protocolError('is a data node, not a sentinel (a sentinel usually has port 26379)');
  return {
    info,
    // SENTINEL MYID is there since 6.2.
    id: id.status === 'fulfilled' && typeof id.value === 'string' ? id.value : '',
    records: parseRecords(settledValue(listed)),
    details: settledValue(details),
  };
}

/** The record of one master as a list of one; an empty list where the sentinel does not know the name. */
const askMaster = (connection: Connection, masterName: string): Promise<unknown[]> =>
  connection.call('SENTINEL', 'MASTER', masterName).then(
    (record) => [record],
    (error) => {
      errorReply(error);
      return [];
    },
  );

type Details = [replicas: unknown, sentinels: unknown, ckquorum: MasterView['ckquorum']];

/**
 * null where the sentinel does not know the name, or forgot it since it listed it. A list that its record counts 0 in is
 * empty, and is not asked for; of a master that was never reached nothing is (sentinel.c, addReplySentinelRedisInstance).
 */
async function askDetails(
  connection: Connection,
  masterName: string,
  record?: SentinelRecord,
): Promise<Details | null> {
  if (record !== undefined && isNeverReached((field) => record.get(field)))
    return [[], [], quorumAlone((field) => record.get(field))];
  const listOf = (what: string, count: string | undefined): unknown =>
    count === '0' ? [] : connection.call('SENTINEL', what, masterName);
  try {
    return await Promise.all([
      listOf('REPLICAS', record?.get('num-slaves')),
      listOf('SENTINELS', record?.get('num-other-sentinels')),
      connection.call('SENTINEL', 'CKQUORUM', masterName).catch(errorReply).then(parseCkquorum),
    ]);
  } catch (error) {
    errorReply(error);
    return null;
  }
}

function viewOf(record: SentinelRecord, details: Details | null): MasterView | null {
  if (details === null) return null;
  const [replicas, sentinels] = [parseRecords(details[0]), parseRecords(details[1])];
  return {
    ...masterView(record, replicas, sentinels, details[2]),
    raw: {
      fields: fieldsOf(record),
      replicas: replicas.map(fieldsOf),
      sentinels: sentinels.map(fieldsOf),
    },
  };
}

/** `MISCONF Errors writing to the AOF file: No space left on device`. */
const pingErrorIn = (error: unknown): string | undefined => errorReply(error).reply;

function settledValue<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}

/** Waits for what was asked, one deadline long. Throws WireError when it has passed. */
type Within = <T>(answers: Promise<T>) => Promise<T>;

/**
 * Connects, asks and leaves; what goes wrong becomes the reason for a silence. Connecting and what is waited for first
 * have one deadline together, what is waited for later has its own.
 */
async function visit<T>(
  endpoint: Address,
  options: ConnectionOptions,
  ask: (connection: Connection, within: Within) => Promise<T>,
): Promise<Asked<T>> {
  const { clock, deadlineMs, signal } = options;
  const { watched, silence } = watchDial(options);
  const opening = openConnection(endpoint, watched);
  const startedMs = waitedMs(clock);
  let leftMs = deadlineMs;
  const within: Within = (answers) => {
    const boundMs = leftMs;
    leftMs = deadlineMs;
    return withDeadline(clock, boundMs, answers, () => timeoutError(endpoint, deadlineMs));
  };
  try {
    const connection = await within(opening);
    leftMs = Math.max(0, deadlineMs - (waitedMs(clock) - startedMs));
    return { answer: await ask(connection, within), silence: null };
  } catch (error) {
    signal?.throwIfAborted();
    return { answer: null, silence: await silence(endpoint, error) };
  } finally {
    opening.then(
      (connection) => connection.close(),
      () => {},
    );
  }
}
