import { EXIT, type ExitCode } from '../errors.js';
import { isSecretSetting, SECRET_SET } from './command-facts.js';
import { mostCommon } from './most-common.js';
import type { Ref } from './status.js';

/** A reply as JSON has it; of a command that answers names and values, an object. */
export type Reply = string | number | null | readonly Reply[] | { readonly [name: string]: Reply };

/** What one server answered to a command. */
export interface CalledServer extends Ref {
  /** As the server said right before; `unknown` where it did not. */
  role: 'master' | 'replica' | 'sentinel' | 'unknown';
  /** Null where there is none, and where it is nil. */
  reply: Reply;
  /** The server's error, or why it did not answer; null for a reply. */
  error: string | null;
  /** Whether an answer came: an error is one, too. */
  answered: boolean;
  /** Whether its reply is not that of most servers. */
  differs: boolean;
}

/** The document of `call`. */
export interface CallResult {
  cluster: string;
  /** The command as it was sent, in one line. */
  command: string;
  /** Whether it acts on the servers, as far as they say so themselves. */
  acts: boolean;
  /** Names whose values differ, where the replies have names. */
  differences: string[];
  servers: CalledServer[];
}

/** A server's answer before it is compared. */
export type Called = Omit<CalledServer, 'differs' | 'reply'> & {
  raw: unknown;
  /** Whether it wants a password, a right or TLS options that this command lacks: no error of the command. */
  isLocked: boolean;
};

/** Commands whose flat list is names and values (RESP2 has no maps). */
const NAMED_VALUES =
  /^(CONFIG GET|HGETALL|MEMORY STATS|ACL GETUSER|SENTINEL (MASTER|CONFIG GET|DEBUG)|XINFO STREAM)\b/i;

/** The document of what servers answered, compared and without secrets. */
export function callResult(
  cluster: string,
  words: readonly string[],
  acts: boolean,
  called: readonly Called[],
): CallResult {
  const command = words.map(oneWord).join(' ');
  const shaped = called.map((one) => ({ ...one, reply: shapeOf(words.join(' '), one.raw) }));
  const heard = shaped.filter(({ error }) => error === null);
  const isNamed = heard.length > 0 && heard.every(({ reply }) => isRecord(reply));
  const usual = mostCommon(heard.map(({ reply }) => comparable(reply)));
  const names = isNamed ? [...new Set(heard.flatMap(({ reply }) => Object.keys(reply ?? {})))] : [];
  const valuesOf = (name: string): string[] =>
    heard.map(({ reply }) => JSON.stringify(isRecord(reply) ? (reply[name] ?? null) : null));
  return {
    cluster,
    command,
    acts,
    differences: names.filter((name) => new Set(valuesOf(name)).size > 1),
    servers: shaped.map(({ raw: _, isLocked: __, ...one }) => ({
      ...one,
      reply: withoutSecrets(words, one.reply),
      // Before secrets were taken out: two passwords that differ are a difference.
      differs: one.error === null && comparable(one.reply) !== usual,
    })),
  };
}

/** Names and values come in any order: Redis 7 answers a pattern in the order of a hash table. */
const comparable = (reply: Reply): string =>
  JSON.stringify(
    isRecord(reply) ? Object.entries(reply).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)) : reply,
  );

/** Whether the value of a name at this server is not that of most; of hidden ones, whether the server's answer is not. */
export function differsAt(
  { servers, differences }: Pick<CallResult, 'servers' | 'differences'>,
  { reply, differs }: CalledServer,
  name: string,
): boolean {
  if (!differences.includes(name)) return false;
  const valueIn = (one: Reply): string => JSON.stringify(isRecord(one) ? (one[name] ?? null) : null);
  const values = servers.filter(({ error }) => error === null).map((one) => valueIn(one.reply));
  return new Set(values).size === 1 ? differs : valueIn(reply) !== mostCommon(values);
}

/**
 * Those that a command without `--on` was not meant for: they say that they do not know it, or every sentinel denies it
 * to this user. None where no server gave a reply.
 */
export function notMeant(called: readonly Called[]): Called[] {
  if (called.every(({ error }) => error !== null)) return [];
  const sentinels = called.filter(({ role }) => role === 'sentinel');
  const denies = ({ error }: Called): boolean => /\bNOPERM\b/.test(error ?? '');
  const isDenied = sentinels.every(denies);
  return called.filter(
    (one) =>
      one.answered &&
      (/^answered: ERR unknown command\b/i.test(one.error ?? '') ||
        (isDenied && one.role === 'sentinel' && denies(one))),
  );
}

/**
 * 0 where every server gave a reply, 1 where one gave an error of the command, 2 where one did not answer or is among the
 * `locked` ids, 5 where none answered.
 */
export function callExitCode({ servers }: CallResult, locked: readonly string[]): ExitCode {
  const open = servers.filter(({ id }) => !locked.includes(id));
  if (open.length === servers.length && open.every(({ answered }) => !answered)) return EXIT.unreachable;
  if (open.some(({ answered, error }) => answered && error !== null)) return EXIT.violated;
  return servers.every(({ error }) => error === null) ? EXIT.ok : EXIT.unknown;
}

export const isRecord = (reply: Reply): reply is { readonly [name: string]: Reply } =>
  typeof reply === 'object' && reply !== null && !Array.isArray(reply);

/** A word as it is typed in a shell's line. */
const oneWord = (word: string): string => (/^[^\s"']+$/.test(word) ? word : JSON.stringify(word));

function shapeOf(command: string, raw: unknown): Reply {
  const reply = jsonOf(raw);
  if (Array.isArray(reply) && NAMED_VALUES.test(command)) return recordOf(reply) ?? reply;
  if (typeof reply === 'string' && /^INFO\b/i.test(command)) return infoOf(reply);
  return reply;
}

function jsonOf(raw: unknown): Reply {
  if (Array.isArray(raw)) return raw.map(jsonOf);
  if (raw === null || raw === undefined) return null;
  return typeof raw === 'number' ? raw : String(raw);
}

function recordOf(flat: readonly Reply[]): Reply | null {
  const names = flat.filter((_, i) => i % 2 === 0);
  const isRecordLike =
    flat.length % 2 === 0 && names.every((name, i) => typeof name === 'string' && names.indexOf(name) === i);
  return isRecordLike ? Object.fromEntries(names.map((name, i) => [name, flat[2 * i + 1] ?? null])) : null;
}

/** The fields of INFO; sections are only headings. */
const infoOf = (text: string): Reply =>
  Object.fromEntries(
    text.split(/\r?\n/).flatMap((line): [string, string][] => {
      const [, name, value] = /^([^#:]+):(.*)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, value ?? '']];
    }),
  );

/** That a secret is set is all that is shown of it; of a user's password not even the hash. */
function withoutSecrets(words: readonly string[], reply: Reply): Reply {
  const [name = '', sub = ''] = words.map((word) => word.toUpperCase());
  if (isRecord(reply))
    return Object.fromEntries(
      Object.entries(reply).map(([field, value]) => {
        const isSecret = isSecretSetting(field) || (name === 'ACL' && field === 'passwords');
        const isEmpty = value === '' || (Array.isArray(value) && value.length === 0);
        return [field, isSecret && !isEmpty ? SECRET_SET : value];
      }),
    );
  if (name === 'ACL' && (sub === 'LIST' || sub === 'GETUSER')) return withoutHashes(reply);
  return reply;
}

function withoutHashes(reply: Reply): Reply {
  if (Array.isArray(reply)) return reply.map(withoutHashes);
  return typeof reply === 'string' ? reply.replace(/(^|\s)[<>#!]\S+/g, '$1(redacted)') : reply;
}
