import { isSecretSetting, SECRET_SET } from '../model/command-facts.js';
import type { Fields, GatheredServer } from '../model/gathered.js';
import { printable, protocolError } from './error.js';
import { numberOf } from './info.js';
import { parseRecord, parseRecords } from './replies.js';

/** So many entries of a list are taken; a server that names more is not believed. */
const MAX_ENTRIES = 10_000;
/** The same of masters, replicas and sentinels: beyond any cluster, and each of them is looked at. */
const MAX_INSTANCES = 500;
const MAX_MASTERS = 2000;
type Value<K extends 'clients' | 'latency' | 'slowlog'> = Extract<GatheredServer[K], { ok: true }>['value'];

/** A record of names and values; every name is a property of its own, whatever it is called. */
export const fieldsOf = (record: ReadonlyMap<string, string>): Fields => Object.fromEntries(record);

/** A list of records, as SENTINEL REPLICAS gives one. Throws WireError `protocol`. */
export function parseFieldsList(reply: unknown): Fields[] {
  return parseRecords(bounded(reply, MAX_INSTANCES)).map(fieldsOf);
}

/** SENTINEL MASTERS: one process can monitor far more masters than a master has replicas. Throws WireError `protocol`. */
export function parseMasters(reply: unknown): Fields[] {
  return parseRecords(bounded(reply, MAX_MASTERS)).map(fieldsOf);
}

/** CONFIG GET, SENTINEL CONFIG GET, SENTINEL DEBUG: a flat list, or a map. Secrets do not stay. Throws WireError `protocol`. */
export function parseSettings(reply: unknown): Fields {
  const flat = bounded(reply);
  const isSecret = (i: number): boolean => i % 2 === 1 && isSecretSetting(String(flat[i - 1]));
  return fieldsOf(parseRecord(flat.map((word, i) => (isSecret(i) && word !== '' ? SECRET_SET : word))));
}

/** CLIENT LIST: a line each, `name=value` separated by spaces (networking.c, catClientInfoString). Throws WireError `protocol`. */
export function parseClients(reply: unknown): Value<'clients'> {
  const lines = words(reply, 'CLIENT LIST')
    .split(/\r?\n/)
    .filter((line) => line !== '');
  return lines.slice(0, MAX_ENTRIES).map((line) => {
    const pairs = line.split(' ').map((pair): [string, string] => {
      const at = pair.indexOf('=');
      return at < 0 ? [printable(pair), ''] : [printable(pair.slice(0, at)), printable(pair.slice(at + 1))];
    });
    return Object.fromEntries(pairs);
  });
}

/** TIME: seconds and microseconds since 1970, as milliseconds. Throws WireError `protocol`. */
export function parseTimeMs(reply: unknown): number {
  const [seconds, micros] = bounded(reply).map((part) => numberOf(word(part)));
  if (seconds === null || micros === null || seconds === undefined || micros === undefined) {
    throw protocolError('gave an invalid reply to TIME');
  }
  return seconds * 1000 + micros / 1000;
}

/** LATENCY LATEST: event, seconds since 1970, last and worst duration in milliseconds. Throws WireError `protocol`. */
export function parseLatency(reply: unknown): Value<'latency'> {
  return bounded(reply).map((entry) => {
    const [event, at, last, max] = bounded(entry);
    return { event: word(event), atMs: whole(at) * 1000, lastMs: whole(last), maxMs: whole(max) };
  });
}

/** SLOWLOG GET: id, seconds since 1970, microseconds, arguments, client … Only the first argument is kept. Throws WireError `protocol`. */
export function parseSlowlog(reply: unknown): Value<'slowlog'> {
  return bounded(reply).map((entry) => {
    const [, at, us, args, client] = bounded(entry);
    return {
      atMs: whole(at) * 1000,
      us: whole(us),
      command: word(bounded(args)[0]).toLowerCase(),
      ...(typeof client === 'string' && client !== '' && { client: word(client) }),
    };
  });
}

/** One field of ACL GETUSER; undefined where it has none of that name. Throws WireError `protocol`. */
function fieldOfUser(reply: unknown, name: string): { value: unknown } | undefined {
  if (reply === null) throw protocolError('has no such user');
  const flat =
    reply instanceof Map
      ? [...reply].flat()
      : Array.isArray(reply)
        ? (reply as unknown[])
        : protocolFail('ACL GETUSER');
  const at = flat.indexOf(name);
  return at < 0 ? undefined : { value: flat[at + 1] };
}

/** The rules for commands in ACL GETUSER, `-@all +ping`, one by one. Throws WireError `protocol`. */
export function parseCommands(reply: unknown): string[] {
  const selectors = fieldOfUser(reply, 'selectors')?.value;
  if (Array.isArray(selectors) && selectors.length > 0)
    throw protocolError('has a user with selectors, which are not read here');
  const field = fieldOfUser(reply, 'commands');
  return words(field?.value, 'ACL GETUSER')
    .split(' ')
    .filter(Boolean)
    .map((rule) => printable(rule));
}

/** The channels in ACL GETUSER: `&*` as one text since 7.0, a list of patterns before. Throws WireError `protocol`. */
export function parseChannels(reply: unknown): string {
  const field = fieldOfUser(reply, 'channels');
  // Before 6.2 there were no rules for channels: every one was allowed.
  if (field === undefined) return '&*';
  const { value } = field;
  if (!Array.isArray(value)) return word(value);
  return value
    .map(word)
    .map((pattern) => (pattern.startsWith('&') ? pattern : `&${pattern}`))
    .join(' ');
}

/** A single text, such as SENTINEL MYID or ACL WHOAMI. Throws WireError `protocol`. */
export function parseWord(reply: unknown): string {
  return printable(words(reply, 'a question for one word'), 200);
}

/** How many entries a list has. Throws WireError `protocol`. */
export const parseCount = (reply: unknown): number => bounded(reply).length;

function words(reply: unknown, command: string): string {
  return typeof reply === 'string' ? reply : protocolFail(command);
}

const word = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' ? printable(String(value)) : '';

function whole(value: unknown): number {
  return numberOf(word(value)) ?? protocolFail('a list of numbers');
}

/** A list that is not beyond all reason. RESP3's maps go through as they are. */
function bounded(reply: unknown, max = MAX_ENTRIES): unknown[] {
  if (!Array.isArray(reply)) {
    if (reply instanceof Map) return [...reply].flat();
    return protocolFail('a question for a list');
  }
  if (reply.length > max) throw protocolError(`named more than ${max} entries in one list`);
  return reply;
}

function protocolFail(command: string): never {
  throw protocolError(`gave an invalid reply to ${command}`);
}
