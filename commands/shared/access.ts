import { resolve } from 'node:path';
import type { Context } from '../../src/cli/context.js';
import { readPem, readSecret } from '../../src/config/secret.js';
import { refused } from '../../src/errors.js';
import { firstLineOf } from '../../src/host/first-line.js';
import type { Address } from '../../src/model/address.js';
import type { AccessSources, AttachedCluster, SecretSource, TlsSource } from '../../src/model/attached.js';
import { type Dialled, type Given, PLAIN, setDialled, setGiven } from '../../src/model/hints.js';
import type { NodeKind } from '../../src/model/plan.js';
import { setLogins, shellWord } from '../../src/model/secrets.js';
import type { Access, TlsOptions } from '../../src/wire/access.js';
import { lookDeadlineMs } from './deadline.js';

/** How long a command may take to print a password, in milliseconds: a vault may ask its server. */
const SECRET_DEADLINE_MS = 20_000;

/**
 * What opens connections to an attached cluster: what this command line says, then the cluster's record, then the
 * environment. Passwords are read once, however often it is asked.
 */
export function accessSource(context: Context): (record: AttachedCluster | null) => Promise<Access> {
  let opened: { record: AttachedCluster | null; access: Promise<Access> } | null = null;
  return (record) => {
    if (opened === null || opened.record?.attachedAtMs !== record?.attachedAtMs)
      opened = { record, access: accessNow(context, record) };
    return opened.access;
  };
}

async function accessNow(context: Context, record: AttachedCluster | null): Promise<Access> {
  const sources = sourcesOf(context, record?.access ?? null);
  const sentinels = context.globals.sentinelAddrs ?? record?.sentinelAddrs ?? [];
  const access = await openSources(context, await withSentinelsOpen(context, sources, sentinels));
  setGiven(givenIn(context.globals));
  return access;
}

/** The options of passwords, users and TLS that were typed, with their values. */
function givenIn({ accessOptions, tls, ...globals }: Context['globals']): Given[] {
  const values: Record<string, string | null | undefined> = {
    '--password-file': globals.passwordFile,
    '--username': globals.username,
    '--sentinel-password-file': globals.sentinelPasswordFile,
    '--sentinel-username': globals.sentinelUsername,
    '--ca': tls?.ca,
    '--cert': tls?.cert,
    '--key': tls?.key,
    '--server-name': tls?.serverName,
  };
  return accessOptions.map((name) => {
    const value = values[name];
    return { name, words: value == null ? name : `${name} ${shellWord(value)}` };
  });
}

/**
 * The sources without credentials of the sentinels, where those are only assumed and a sentinel answers without: a user
 * of the data nodes is often none of theirs, and they refuse one that they do not know.
 */
export async function withSentinelsOpen(
  context: Context,
  { isAssumed, ...sources }: AccessSources,
  sentinels: readonly Address[],
): Promise<AccessSources> {
  if (isAssumed !== true) return sources;
  const { clock, signal } = context;
  const tls = sources.tls === null ? null : await readTls(sources.tls);
  const { openConnection } = await import('../../src/wire/client.js');
  const answers = sentinels.map(async (address) => {
    const options = { clock, signal, deadlineMs: lookDeadlineMs(context), credentials: { tls } };
    const connection = await openConnection(address, options);
    try {
      await connection.call('PING');
    } finally {
      connection.close();
    }
  });
  const isOpen = await Promise.any(answers).then(
    () => true,
    () => false,
  );
  if (!isOpen) return sources;
  const { redis } = sources.credentials;
  return { ...sources, credentials: { redis, sentinel: { username: null, password: null } } };
}

/** Where the passwords are that a command line names, per kind of server; null for one that it does not name. */
type TypedPasswords = Record<NodeKind, SecretSource | null>;

const typedFiles = ({ passwordFile, sentinelPasswordFile }: Context['globals']): TypedPasswords => ({
  redis: fileSource(passwordFile),
  sentinel: fileSource(sentinelPasswordFile),
});

/**
 * Where passwords and certificates come from for this command line; what it does not say is as recorded. Where the
 * sentinels were recorded with the login of the data nodes, what is typed for these is for both.
 */
export function sourcesOf(
  { globals, env }: Context,
  recorded: AccessSources | null,
  { redis: typed, sentinel: typedSentinel } = typedFiles(globals),
): AccessSources {
  const { username, sentinelUsername } = globals;
  const ours = recorded?.credentials;
  const shell = variableIn(env, ['SENTINELCTL_PASSWORD', 'REDISCLI_AUTH']);
  const sentinelShell = variableIn(env, ['SENTINELCTL_SENTINEL_PASSWORD']);
  const password = typed ?? ours?.redis.password ?? (ours === undefined ? shell : null);
  const own = typedSentinel ?? (ours === undefined ? sentinelShell : null);
  // One password serves both kinds unless the sentinels have their own.
  const isShared =
    own === null && (ours === undefined || isSame(ours.redis.password, ours.sentinel.password));
  // A password of their own comes with a user of their own.
  const shared =
    isShared && (ours === undefined || ours.redis.username === ours.sentinel.username) ? username : null;
  return {
    credentials: {
      redis: { username: username ?? ours?.redis.username ?? null, password },
      sentinel: {
        username: sentinelUsername ?? shared ?? ours?.sentinel.username ?? null,
        password: isShared ? password : (own ?? ours?.sentinel.password ?? null),
      },
    },
    ...(sentinelUsername === null && shared !== null && { isAssumed: true as const }),
    tls: tlsOf(globals.tls, recorded?.tls ?? null),
    addressMap: recorded?.addressMap ?? [],
  };
}

const isSame = (a: SecretSource | null, b: SecretSource | null): boolean =>
  JSON.stringify(a) === JSON.stringify(b);

/** Each option that is typed replaces that one alone; an authority and `--insecure` replace each other. */
function tlsOf(typed: TlsSource | null, recorded: TlsSource | null): TlsSource | null {
  if (typed === null || recorded === null) return typed ?? recorded;
  return {
    ca: typed.ca ?? (typed.insecure ? null : recorded.ca),
    cert: typed.cert ?? recorded.cert,
    key: typed.key ?? recorded.key,
    serverName: typed.serverName ?? recorded.serverName,
    insecure: typed.insecure || (recorded.insecure && typed.ca === null),
  };
}

const fileSource = (file: string | null): SecretSource | null =>
  file === null ? null : { from: 'file', path: file };

function variableIn(env: Context['env'], names: readonly string[]): SecretSource | null {
  const variable = names.find((name) => env[name] !== undefined && env[name] !== '');
  return variable === undefined ? null : { from: 'environment', variable };
}

/** Reads what the sources name. Throws usageError for a file that cannot be read, `no-secret` (3) for the rest. */
export async function openSources(context: Context, sources: AccessSources): Promise<Access> {
  const { redis, sentinel } = sources.credentials;
  const password = await readSource(context, redis.password);
  const [sentinelPassword, tls] = await Promise.all([
    isSame(redis.password, sentinel.password)
      ? password
      : readSource(context, sentinel.password, '--sentinel-password-file'),
    sources.tls === null ? null : readTls(sources.tls),
  ]);
  setDialled(dialledWords(sources.tls));
  setGiven([]);
  setLogins(sources.credentials);
  return {
    redis: { password, tls, ...(redis.username !== null && { username: redis.username }) },
    sentinel: {
      password: sentinelPassword,
      tls,
      ...(sentinel.username !== null && { username: sentinel.username }),
    },
    addresses: {},
    rules: sources.addressMap,
  };
}

async function readSource(
  { env, signal }: Context,
  source: SecretSource | null,
  option: '--password-file' | '--sentinel-password-file' = '--password-file',
): Promise<string | null> {
  switch (source?.from) {
    case undefined:
      return null;
    case 'file':
      return readSecret(source.path, undefined, option);
    case 'environment': {
      const value = env[source.variable];
      if (value !== undefined && value !== '') return value;
      throw refused('no-secret', `no password: the variable ${source.variable} is not set`, {
        why: 'the cluster was attached with its password in that variable',
        hint: `${option} FILE # or set it in this shell`,
      });
    }
    case 'command': {
      const read = await firstLineOf(source.words, { deadlineMs: SECRET_DEADLINE_MS, signal });
      if (read.ok) return read.line;
      throw refused('no-secret', `no password: ${source.words[0]} did not print it`, {
        why: read.why,
        hint: `${option} FILE # or run it in this shell to see what it wants`,
      });
    }
  }
}

async function readTls({ ca, cert, key, serverName, insecure }: TlsSource): Promise<TlsOptions> {
  const [caText, certText, keyText] = await Promise.all([
    ca === null ? undefined : readPem('--ca', ca),
    cert === null ? undefined : readPem('--cert', cert),
    key === null ? undefined : readPem('--key', key),
  ]);
  return {
    ...(caText !== undefined && { ca: caText }),
    ...(certText !== undefined && { cert: certText }),
    ...(keyText !== undefined && { key: keyText }),
    ...(serverName !== null && { serverName }),
    ...(insecure && { insecure }),
  };
}

/** How commands that are printed reach the same servers. redis-cli's own names: redis-cli --help. */
function dialledWords(tls: TlsSource | null): Dialled {
  if (tls === null) return PLAIN;
  const { ca, cert, key, serverName, insecure } = tls;
  const options = (authority: string, name: string): Given[] => {
    const values: [string, string | null][] = [
      [authority, ca],
      ['--cert', cert],
      ['--key', key],
      [name, serverName],
    ];
    return [
      { name: '--tls', words: '--tls' },
      ...values.flatMap(([option, value]) =>
        value === null ? [] : [{ name: option, words: `${option} ${shellWord(value)}` }],
      ),
      ...(insecure ? [{ name: '--insecure', words: '--insecure' }] : []),
    ];
  };
  return {
    ctl: options('--ca', '--server-name'),
    cli: options('--cacert', '--sni')
      .map(({ words }) => words)
      .join(' '),
  };
}

/** The same sources for a record, which is read from other directories. */
export function lastingSources(sources: AccessSources): AccessSources {
  const absolute = (path: string): string => resolve(path);
  const lasting = (source: SecretSource | null): SecretSource | null =>
    source?.from === 'file' ? { from: 'file', path: absolute(source.path) } : source;
  const { redis, sentinel } = sources.credentials;
  const { tls } = sources;
  return {
    ...sources,
    credentials: {
      redis: { ...redis, password: lasting(redis.password) },
      sentinel: { ...sentinel, password: lasting(sentinel.password) },
    },
    tls:
      tls === null
        ? null
        : {
            ...tls,
            ca: tls.ca === null ? null : absolute(tls.ca),
            cert: tls.cert === null ? null : absolute(tls.cert),
            key: tls.key === null ? null : absolute(tls.key),
          },
  };
}
