import type { SecretSource } from './attached.js';
import { oncePer } from './once-per.js';
import type { NodeKind } from './plan.js';

/** How this command line logs in to one kind of server: the user, and where the password is; never the password. */
export interface Login {
  username: string | null;
  password: SecretSource | null;
}

/** What redis-cli reads a password from (redis-cli.c, parseEnv). */
const AUTH = 'REDISCLI_AUTH';
export const OPEN: Login = { username: null, password: null };
let logins: Readonly<Record<NodeKind, Login>> = { redis: OPEN, sentinel: OPEN };

/** How the servers of a cluster log in to each other where they have users for that: replicas, and sentinels. */
export interface Duties {
  replication: Login & { username: string };
  sentinel: Login & { username: string };
}
let duties: Duties | null = null;

/** Where the passwords come from that this command line uses, and that the servers use where that is known. */
export function setLogins(now: Readonly<Record<NodeKind, Login>>, among: Duties | null = null): void {
  logins = now;
  duties = among;
}

/** The user that the servers log in to each other as; null where it is the default one, or not known. */
export const dutyUser = (duty: keyof Duties): string | null => duties?.[duty].username ?? null;

/** The lines that set a variable of the shell to what the servers log in with: the password of that user, else of the default one. */
export const dutySecret = (variable: string, what: string, duty: keyof Duties): string[] =>
  duties === null
    ? knownSecret(variable, what, duty === 'sentinel' ? 'sentinel' : 'redis')
    : linesFor(variable, what, duties[duty].password);

/** A word as a shell takes it. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

/** The lines that set a variable of the shell to a secret; none where it is set. Standard input was read already. */
function linesFor(variable: string, what: string, source: SecretSource | null): string[] {
  if (source === null || (source.from === 'file' && source.path === '-'))
    return [`export ${variable}="$(cat FILE)"  # FILE has ${what}`];
  if (source.from === 'environment')
    return source.variable === variable ? [] : [`export ${variable}="$${source.variable}"`];
  const words = source.from === 'file' ? ['cat', source.path] : source.words;
  return [`export ${variable}="$(${words.map(shellWord).join(' ')})"`];
}

/** The lines that set a variable of the shell to a secret that sentinelctl does not know. */
export const secretLines = (variable: string, what: string): string[] => linesFor(variable, what, null);

/** How redis-cli is given a password that sentinelctl does not know, which is never in its arguments. */
export const passwordLines = (what: string): string[] => secretLines(AUTH, `${what}, for redis-cli`);

/** The password of the user that this command line logs in as. */
export const ownSecret = (variable: string, what: string, kind: NodeKind): string[] =>
  linesFor(variable, what, logins[kind].password);

/** The same for the password of the default user at one kind of server, from where this command line has it. */
export const knownSecret = (variable: string, what: string, kind: NodeKind): string[] => {
  const { username, password } = logins[kind];
  return linesFor(variable, what, username === null ? password : null);
};

/** Whether this command line logs in to these servers with a password. */
export const usesPassword = (kind: NodeKind): boolean => logins[kind].password !== null;

/** Whether the sentinels are given the same user, if any, and the same password as the data nodes. */
export const sharesLogin = (): boolean =>
  usesPassword('redis') && JSON.stringify(logins.redis) === JSON.stringify(logins.sentinel);

/** The user that this command line logs in to these servers as; null: the default user. */
export const userOf = (kind: NodeKind): string | null => logins[kind].username;

const EXPORT = /^export ([A-Z_]+)=/;

/** Whether a line only sets a secret: no condition of the commands after it. */
export const isSecretLine = (line: string): boolean => EXPORT.test(line);

/** A command that needs a value of the shell: without it the shell says so and does nothing. */
export const ifSet = (variable: string, line: string): string =>
  `test -n "\${${variable}:?is not set}" && ${line}`;

const IF_SET = /^test -n "\$\{([A-Z_]+):\?is not set\}" && /;

/** The variable that a command needs, or null. */
const neededBy = (line: string): string | null => IF_SET.exec(line)?.[1] ?? null;

/** Whether a command fails for lack of a value that none of these lines sets, and that is not the shell's own password. */
export function lacksValue(line: string, before: readonly string[]): boolean {
  const variable = neededBy(line);
  return variable !== null && variable !== AUTH && !before.some((b) => EXPORT.exec(b)?.[1] === variable);
}

/** A server that commands name, and whether it is known to want a password. */
export interface Asked {
  endpoint: { host: string; port: number };
  kind: NodeKind;
  wantsPassword: boolean;
}

/** The first at each address; made once for a list, which a thousand findings share. */
const byPlace = oncePer(
  (servers: readonly Asked[]) =>
    new Map(
      servers.toReversed().map((server) => [`${server.endpoint.host} ${server.endpoint.port}`, server]),
    ),
);

const ASKS = /redis-cli -h (\S+) -p (\d+) /;

/**
 * The lines of a fix, with what gives redis-cli the password before the first command that needs one. A fix that sets it
 * already, because another one is needed, stays as it is.
 */
export function withPasswords(fix: readonly string[], servers: readonly Asked[]): string[] {
  if (fix.some((line) => EXPORT.exec(line)?.[1] === AUTH)) return [...fix];
  let given: string | null = null;
  return fix.flatMap((line) => {
    const [, host, port] = ASKS.exec(line) ?? [];
    const server = byPlace(servers).get(`${host} ${port}`);
    if (server === undefined) return [line];
    const { username, password } = logins[server.kind];
    if (password === null && !server.wantsPassword) return [line];
    const as = username === null ? line : line.replace(ASKS, `$&--user ${shellWord(username)} `);
    const before = linesFor(AUTH, 'the password of the server, for redis-cli', password).join('\n');
    if (before === given || before === '') return [as];
    given = before;
    return [...before.split('\n'), as];
  });
}
