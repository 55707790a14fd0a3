import { withDeadline } from '../clock.js';
import type { Address } from '../model/address.js';
import { tiltIn } from '../model/records.js';
import type { MasterView, NodeAnswer, SentinelState, Silence } from '../model/snapshot.js';
import { type Connection, type ConnectionOptions, openConnection } from './client.js';
import { protocolError, silenceOf, timeoutError, WireError } from './error.js';
import { engineOf, isSentinel, nodeAnswer, parseInfo } from './info.js';
import { masterView, parseCkquorum, parseRecords, type SentinelRecord } from './replies.js';

export type SentinelAnswer = NonNullable<SentinelState['answer']>;
/** An answer, or the reason for its absence; never both. */
export type Asked<T> = { answer: T; silence: null } | { answer: null; silence: Silence };

/** Asks a data node who it is. Throws only the signal's reason. */
export function askNode(endpoint: Address, options: ConnectionOptions): Promise<Asked<NodeAnswer>> {
  return visit(endpoint, options, async (connection) => {
    const info = parseInfo(await connection.call('INFO'));
    if (isSentinel(info)) throw protocolError('is a sentinel, not a data node');
    return nodeAnswer(info);
  });
}

/** Asks a sentinel what it believes: of one master, or of all where `masterName` is null. Throws only the signal's reason. */
export function askSentinel(
  endpoint: Address,
  masterName: string | null,
  options: ConnectionOptions,
): Promise<Asked<SentinelAnswer>> {
  return visit(endpoint, options, async (connection) => {
    // Everything at once; where the name is known, its details go with the first questions.
    const [said, id, listed, details] = await Promise.allSettled([
      connection.call('INFO'),
      connection.call('SENTINEL', 'MYID'),
      connection.call('SENTINEL', 'MASTERS'),
      masterName === null ? null : askDetails(connection, masterName),
    ]);
    const info = parseInfo(settledValue(said));
    if (!isSentinel(info))
      throw protocolError('is a data node, not a sentinel (a sentinel usually has port 26379)');
    const records = parseRecords(settledValue(listed)).filter(
      (record) => masterName === null || record.get('name') === masterName,
    );
    const early = settledValue(details);
    const views = await Promise.all(
      records.map(async (record) =>
        viewOf(record, early ?? (await askDetails(connection, record.get('name') ?? ''))),
      ),
    );
    return {
      version: engineOf(info).version,
      // SENTINEL MYID is there since 6.2.
      sentinelId: id.status === 'fulfilled' && typeof id.value === 'string' ? id.value : '',
      ...tiltIn(info),
      masters: views.filter((view) => view !== null),
    };
  });
}

type Details = [replicas: unknown, sentinels: unknown, ckquorum: MasterView['ckquorum']];

/** null where the sentinel does not know the name, or forgot it since it listed it. */
async function askDetails(connection: Connection, masterName: string): Promise<Details | null> {
  try {
    return await Promise.all([
      connection.call('SENTINEL', 'REPLICAS', masterName),
      connection.call('SENTINEL', 'SENTINELS', masterName),
      connection.call('SENTINEL', 'CKQUORUM', masterName).catch(errorReply).then(parseCkquorum),
    ]);
  } catch (error) {
    errorReply(error);
    return null;
  }
}

const viewOf = (record: SentinelRecord, details: Details | null): MasterView | null =>
  details && masterView(record, parseRecords(details[0]), parseRecords(details[1]), details[2]);

/** An error that the server answered with is an answer; anything else is thrown on. */
function errorReply(error: unknown): WireError {
  if (error instanceof WireError && error.reply !== undefined && error.silence.kind === 'error') return error;
  throw error;
}

function settledValue<T>(settled: PromiseSettledResult<T>): T {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
}

/** Connects, asks and leaves, all within one deadline; what goes wrong becomes the reason for a silence. */
async function visit<T>(
  endpoint: Address,
  options: ConnectionOptions,
  ask: (connection: Connection) => Promise<T>,
): Promise<Asked<T>> {
  const { clock, deadlineMs, signal } = options;
  const opening = openConnection(endpoint, options);
  try {
    const answer = await withDeadline(clock, deadlineMs, opening.then(ask), () =>
      timeoutError(endpoint, deadlineMs),
    );
    return { answer, silence: null };
  } catch (error) {
    signal?.throwIfAborted();
    return { answer: null, silence: silenceOf(error) };
  } finally {
    opening.then(
      (connection) => connection.close(),
      () => {},
    );
  }
}
