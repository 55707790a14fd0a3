/**
 * What a server says of one of its commands (COMMAND INFO): flags in lower case; categories of ACL from 6.0 on, without
 * the `@`.
 */
export interface CommandFacts {
  flags: readonly string[];
  categories: readonly string[];
}

/** What a command does, by what the servers say of it. `acts`: why it is not taken for one that only looks. */
export type CommandKind =
  | { kind: 'looks' }
  | { kind: 'acts'; why: string }
  | { kind: 'endless'; why: string }
  | { kind: 'connection'; why: string };

/**
 * Commands that only look, although their flags are those of an administrator's command, or the server does not tell
 * flags (a sentinel before 6.2 has no COMMAND). Without the second word: every subcommand.
 */
const LOOKS: Readonly<Record<string, readonly string[] | 'all'>> = {
  ACL: ['CAT', 'DRYRUN', 'GETUSER', 'HELP', 'LIST', 'LOG', 'USERS', 'WHOAMI'],
  CLIENT: ['GETNAME', 'GETREDIR', 'HELP', 'ID', 'INFO', 'LIST', 'TRACKINGINFO'],
  COMMAND: 'all',
  CONFIG: ['GET', 'HELP'],
  FUNCTION: ['DUMP', 'HELP', 'LIST', 'STATS'],
  INFO: 'all',
  LATENCY: ['DOCTOR', 'GRAPH', 'HELP', 'HISTOGRAM', 'HISTORY', 'LATEST'],
  MODULE: ['HELP', 'LIST'],
  PING: 'all',
  PUBSUB: 'all',
  ROLE: 'all',
  SCRIPT: ['EXISTS', 'HELP'],
  SENTINEL: [
    ...['CKQUORUM', 'GET-MASTER-ADDR-BY-NAME', 'HELP', 'INFO-CACHE', 'MASTER', 'MASTERS', 'MYID'],
    ...['PENDING-SCRIPTS', 'REPLICAS', 'SENTINELS', 'SLAVES'],
  ],
  SLOWLOG: ['GET', 'HELP', 'LEN'],
};

/** They answer with a stream, and not with one reply. */
const STREAMS = /^(MONITOR|SYNC|PSYNC|[PS]?SUBSCRIBE|[PS]?UNSUBSCRIBE)$/;
/** They change the connection that sends them, which ends after its answer. */
const OF_CONNECTION =
  /^(AUTH|HELLO|QUIT|RESET|SELECT|MULTI|EXEC|DISCARD|WATCH|UNWATCH|READONLY|READWRITE|ASKING)$/;
const OF_CLIENT = /^(CACHING|NO-EVICT|NO-TOUCH|REPLY|SETINFO|SETNAME|TRACKING)$/;
/** Their flag says that they may wait: only with this word they do. */
const WAITS_WITH_BLOCK = /^(XREAD|XREADGROUP)$/;

/** The words of a command in capitals, for comparing. */
const upper = (words: readonly string[]): string[] => words.map((word) => word.toUpperCase());

/**
 * What a command does. `facts`: what the servers that are meant say of it; null where one does not say. Pure; whatever
 * is not known to look only is taken for acting.
 */
export function kindOf(words: readonly string[], facts: readonly (CommandFacts | null)[]): CommandKind {
  const [name = '', sub = '', ...rest] = upper(words);
  if (STREAMS.test(name)) return { kind: 'endless', why: `${name} does not end with one answer` };
  const isOfConnection = OF_CONNECTION.test(name) || (name === 'CLIENT' && OF_CLIENT.test(sub));
  if (isOfConnection)
    return { kind: 'connection', why: 'it changes the connection that sends it, which ends right after it' };
  const has = (flag: string): boolean => facts.some((one) => one?.flags.includes(flag) === true);
  const isBlocking = has('blocking') || facts.some((one) => one?.categories.includes('blocking') === true);
  if (isBlocking && (!WAITS_WITH_BLOCK.test(name) || [sub, ...rest].includes('BLOCK')))
    return { kind: 'endless', why: `${name} waits until another client ends it` };
  // Their last word is how long they wait, in milliseconds.
  if (/^WAIT(AOF)?$/.test(name) && Number(rest.at(-1) ?? sub) === 0)
    return { kind: 'endless', why: `${name} with 0 waits until so many replicas answer` };
  if (looksByName(name, sub, rest)) return { kind: 'looks' };
  if (facts.includes(null)) return { kind: 'acts', why: 'a server does not say what it does (COMMAND INFO)' };
  const flag = ['write', 'admin', 'may_replicate', 'pubsub'].find(has);
  if (has('readonly') && flag !== 'write') return { kind: 'looks' };
  if (flag !== undefined) return { kind: 'acts', why: `its flag is ${flag}` };
  const isScript =
    facts.some((one) => one?.categories.includes('scripting') === true) ||
    // Redis 5 tells no categories.
    (has('noscript') && has('movablekeys'));
  return isScript ? { kind: 'acts', why: 'a script may write' } : { kind: 'looks' };
}

function looksByName(name: string, sub: string, rest: readonly string[]): boolean {
  const subs = Object.hasOwn(LOOKS, name) ? LOOKS[name] : undefined;
  if (subs === undefined) return false;
  if (subs === 'all') return true;
  if (name === 'ACL' && sub === 'LOG') return !rest.includes('RESET');
  if (name === 'SENTINEL' && sub === 'CONFIG') return rest[0] === 'GET';
  // Without a value it lists the values.
  if (name === 'SENTINEL' && sub === 'DEBUG') return rest.length === 0;
  return subs.includes(sub);
}

/** Settings whose value is a secret (config.c, sentinel.c). */
const SECRET_SETTING =
  /^(requirepass|masterauth|primaryauth|sentinel-pass|auth-pass|tls-(client-)?key-file-pass)$/i;

/** What is shown of a secret that is set. */
export const SECRET_SET = '(set)';

/** Whether a setting's value is a secret. */
export const isSecretSetting = (name: string): boolean => SECRET_SETTING.test(name);

/** Whether a word gives a user a password, or its hash (acl.c, ACLSetUser). */
const isAclSecret = (word: string): boolean => /^[<>#!]./.test(word);

/** The word before a password that a command line gives away to every user of the machine; null for none. */
export function secretIn(words: readonly string[]): string | null {
  const [name = '', sub = ''] = upper(words);
  if (name === 'ACL' && sub === 'SETUSER') return words.some(isAclSecret) ? 'ACL SETUSER' : null;
  if (name === 'MIGRATE') return words.find((word) => /^auth2?$/i.test(word)) ?? null;
  const sets = (name === 'CONFIG' || name === 'SENTINEL') && (sub === 'SET' || sub === 'CONFIG');
  const at = sets ? words.findIndex((word, i) => isSecretSetting(word) && (words[i + 1] ?? '') !== '') : -1;
  return at === -1 ? null : (words[at] ?? null);
}
