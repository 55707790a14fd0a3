import { withDeadline } from '../clock.js';
import type { Address } from '../model/address.js';
import type { Got } from '../model/gathered.js';
import { type Connection, type ConnectionOptions, openConnection } from './client.js';
import { silenceOf, timeoutError } from './error.js';
import { addressOf, isSentinel, parseInfo } from './info.js';
import { parseMasterAddress, parseRecords, parseRole } from './replies.js';

/** What a sentinel tells an application. */
interface AppSentinel {
  names: string[];
  /** GET-MASTER-ADDR-BY-NAME; null for a name that it does not know. */
  announced: Address | null;
  /** Whether it calls that master down. */
  down: boolean;
  otherSentinels: number | null;
  /** The master and its replicas: announced address and run id, by which they are known behind another address. */
  nodes: { announce: Address; runId: string }[];
}

export type AppAnswer = { kind: 'sentinel'; sentinel: AppSentinel } | { kind: 'data node' | 'other' };

/** Asks an address of REDIS_SENTINEL_ADDRS what it is and, a sentinel, where the master is. Throws only the signal's reason. */
export function askAppAddress(
  endpoint: Address,
  masterName: string,
  options: ConnectionOptions,
): Promise<Got<AppAnswer>> {
  return visit(endpoint, options, async (connection) => {
    const info = parseInfo(await connection.call('INFO'));
    if (!isSentinel(info)) return { kind: info.has('redis_version') ? 'data node' : 'other' };
    const records = parseRecords(await connection.call('SENTINEL', 'MASTERS'));
    const names = records.map((record) => record.get('name') ?? '');
    const own = records.find((record) => record.get('name') === masterName);
    if (own === undefined) {
      return {
        kind: 'sentinel',
        sentinel: { names, announced: null, down: false, otherSentinels: null, nodes: [] },
      };
    }
    const [announced, replicas] = await Promise.all([
      connection.call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', masterName).then(parseMasterAddress),
      connection.call('SENTINEL', 'REPLICAS', masterName).then(parseRecords),
    ]);
    const nodes = [own, ...replicas].flatMap((record) => {
      const announce = addressOf(record.get('ip'), record.get('port'));
      return announce === undefined ? [] : [{ announce, runId: record.get('runid') ?? '' }];
    });
    const others = Number(own.get('num-other-sentinels'));
    return {
      kind: 'sentinel',
      sentinel: {
        names,
        announced,
        down: /\b[so]_down\b/.test(own.get('flags') ?? ''),
        otherSentinels: Number.isNaN(others) ? null : others,
        nodes,
      },
    };
  });
}

export interface AppNode {
  role: 'master' | 'replica' | 'other';
  runId: string;
}

export interface AppMaster extends AppNode {
  /** Whether a write would be taken, or why not. */
  writable: Got<true>;
}

/** Asks a data node who it is. Throws only the signal's reason. */
export function askAppNode(endpoint: Address, options: ConnectionOptions): Promise<Got<AppNode>> {
  return visit(endpoint, options, roleOn);
}

/**
 * Asks a master who it is, and whether it takes writes: `SET … XX` of a key that does not exist meets every refusal
 * of a write (READONLY, NOREPLICAS, MISCONF, OOM, NOPERM; server.c, processCommand) and changes nothing. Half of the
 * deadline is the write's. Throws only the signal's reason.
 */
export function askAppMaster(endpoint: Address, options: ConnectionOptions): Promise<Got<AppMaster>> {
  return visit(endpoint, options, async (connection) => {
    const node = await roleOn(connection);
    if (node.role === 'other') return { ...node, writable: { ok: false, why: 'is a sentinel' } };
    return { ...node, writable: await triedWrite(connection, options) };
  });
}

async function roleOn(connection: Connection): Promise<AppNode> {
  const [info, role] = await Promise.all([connection.call('INFO'), connection.call('ROLE')]);
  return { role: parseRole(role).role, runId: parseInfo(info).get('run_id') ?? '' };
}

async function triedWrite(
  connection: Connection,
  { clock, deadlineMs }: ConnectionOptions,
): Promise<Got<true>> {
  const key = `sentinelctl:doctor:${crypto.randomUUID()}`;
  const withinMs = deadlineMs / 2;
  try {
    const write = connection.call('SET', key, '1', 'XX', 'PX', 1000);
    await withDeadline(clock, withinMs, write, () => timeoutError(connection.address, withinMs));
    return { ok: true, value: true };
  } catch (error) {
    return { ok: false, why: silenceOf(error).message };
  }
}

/** Connects, asks and leaves within one deadline. */
async function visit<T>(
  endpoint: Address,
  options: ConnectionOptions,
  ask: (connection: Connection) => Promise<T>,
): Promise<Got<T>> {
  const { clock, deadlineMs, signal } = options;
  const opening = openConnection(endpoint, options);
  try {
    const value = await withDeadline(clock, deadlineMs, opening.then(ask), () =>
      timeoutError(endpoint, deadlineMs),
    );
    return { ok: true, value };
  } catch (error) {
    signal?.throwIfAborted();
    return { ok: false, why: silenceOf(error).message };
  } finally {
    opening.then(
      (connection) => connection.close(),
      () => {},
    );
  }
}
