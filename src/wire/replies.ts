import type { Address } from '../model/address.js';
import { masterViewIn, type NamedValues } from '../model/records.js';
import type { MasterView } from '../model/snapshot.js';
import { printable, protocolError, WireError } from './error.js';
import { addressOf, numberOf } from './info.js';

/** The reply to ROLE (replication.c, roleCommand; sentinel.c, sentinelRoleCommand). */
export interface Role {
  /** `other`: a sentinel. */
  role: 'master' | 'replica' | 'other';
  /** A replica's master, as it is configured. */
  follows: Address | null;
  /** A replica's link: `none`, `connect`, `connecting`, `handshake`, `sync`, `connected`. */
  link: string | null;
  /** Bytes; -1 for a replica without a link. */
  offset: number | null;
  /** A master's replicas; only those that stream are listed. */
  replicas: { address: Address; offset: number }[];
}

/** Throws WireError `protocol` for any other reply than that of ROLE. */
export function parseRole(reply: unknown): Role {
  const [role, second, third, link, offset] = list(reply, 'ROLE');
  switch (role) {
    case 'master': {
      const replicas = list(third, 'ROLE').map((entry) => {
        const [host, port, at] = list(entry, 'ROLE');
        return { address: address(host, port, 'ROLE'), offset: integer(at, 'ROLE') };
      });
      return { role, follows: null, link: null, offset: integer(second, 'ROLE'), replicas };
    }
    case 'slave': {
      const follows = address(second, third, 'ROLE');
      return { role: 'replica', follows, link: text(link), offset: integer(offset, 'ROLE'), replicas: [] };
    }
    case 'sentinel':
      return { role: 'other', follows: null, link: null, offset: null, replicas: [] };
    default:
      throw protocolError('gave an invalid reply to ROLE');
  }
}

/** SENTINEL GET-MASTER-ADDR-BY-NAME: host and port, or null for a name that is not monitored. Throws WireError `protocol`. */
export function parseMasterAddress(reply: unknown): Address | null {
  if (reply === null) return null;
  const [host, port] = list(reply, 'SENTINEL');
  return address(host, port, 'SENTINEL');
}

/** One instance as Sentinel describes it (sentinel.c, addReplySentinelRedisInstance): names and values. */
export type SentinelRecord = NamedValues;

/** One record: a flat array of names and values (RESP2), or a map (RESP3). Throws WireError `protocol`. */
export function parseRecord(reply: unknown): SentinelRecord {
  if (reply instanceof Map) return new Map([...reply].map(([key, value]) => [text(key), text(value)]));
  if (!Array.isArray(reply) && typeof reply === 'object' && reply !== null) {
    return new Map(Object.entries(reply).map(([key, value]) => [key, text(value)]));
  }
  const flat = list(reply, 'SENTINEL');
  if (flat.length % 2 !== 0) throw protocolError('gave an incomplete record in a reply to SENTINEL');
  const record = new Map<string, string>();
  for (let i = 0; i < flat.length; i += 2) record.set(text(flat[i]), text(flat[i + 1]));
  return record;
}

/** SENTINEL MASTERS, REPLICAS or SENTINELS: a list of records. Throws WireError `protocol`. */
export function parseRecords(reply: unknown): SentinelRecord[] {
  return list(reply, 'SENTINEL').map(parseRecord);
}

/** One sentinel's view of one master, from its four answers. Throws WireError `protocol` where one of them has no address. */
export function masterView(
  master: SentinelRecord,
  replicas: SentinelRecord[],
  sentinels: SentinelRecord[],
  ckquorum: MasterView['ckquorum'],
): MasterView {
  for (const record of [master, ...replicas, ...sentinels]) recordAddress(record);
  return masterViewIn(master, replicas, sentinels, ckquorum);
}

/**
 * CKQUORUM (sentinel.c): `OK 3 usable Sentinels. …`, or the error `NOQUORUM 1 usable Sentinels. …`.
 * Takes the reply, or the WireError that the call threw.
 */
export function parseCkquorum(outcome: unknown): MasterView['ckquorum'] {
  const words = outcome instanceof WireError ? (outcome.reply ?? outcome.message) : text(outcome);
  const usable = /^(OK|NOQUORUM) (\d+) usable/.exec(words);
  return { ok: usable?.[1] === 'OK', usable: numberOf(usable?.[2]), message: words };
}

/** The address in a record. Throws WireError `protocol` where it has none. */
export const recordAddress = (record: SentinelRecord): Address =>
  address(record.get('ip'), record.get('port'), 'SENTINEL');

function list(reply: unknown, command: string): unknown[] {
  if (Array.isArray(reply)) return reply;
  throw protocolError(`answered ${command} with something other than a list`);
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? printable(String(value), 1000) : '';
}

function integer(value: unknown, command: string): number {
  const number = numberOf(text(value));
  if (number === null) throw protocolError(`gave an invalid number in a reply to ${command}`);
  return number;
}

function address(host: unknown, port: unknown, command: string): Address {
  const found = addressOf(text(host), text(port));
  if (found === undefined) throw protocolError(`gave an invalid address in a reply to ${command}`);
  return found;
}
