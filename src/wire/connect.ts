import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { systemClock, withDeadline } from '../clock.js';
import { messageOf, type OperatorError, unreachable, usageError, whyUnreadable } from '../errors.js';
import { formatAddress } from '../model/address.js';
import type { Access, TlsOptions } from './access.js';
import { type ConnectTarget, connectTarget, type Env, type TargetOptions } from './connect-target.js';
import { isRefusal, printable } from './error.js';
import { loadLibrary } from './library.js';
import { makeSwitching } from './switching-redis.js';
import {
  credentialSettings,
  DIAL_MS,
  isRoundOver,
  retryDelayMs,
  type Settings,
  sentinelSettings,
  sentinelsAgainMs,
  tunedSentinelSettings,
  tunedSettings,
} from './tuned.js';

/** The first PING has come back within this, in milliseconds. */
const GREETING_MS = 10_000;
/** How often a first connection to a URL, and to each sentinel, is tried again. */
const RETRIES = 3;

export interface ConnectOptions extends TargetOptions {
  /** The data nodes' password; SENTINELCTL_PASSWORD, else what REDIS_PASSWORD_FILE has in it, by default. A URL's own comes first. */
  password?: string | undefined;
  /** The data nodes' user; REDIS_USERNAME by default. */
  username?: string | undefined;
  /** The sentinels' password; SENTINELCTL_SENTINEL_PASSWORD, else the data nodes', by default. */
  sentinelPassword?: string | undefined;
  /** The sentinels' user; REDIS_SENTINEL_USERNAME by default. */
  sentinelUsername?: string | undefined;
  /** TLS to every server; by default where REDIS_CA_FILE names the authorities that signed their certificates. */
  tls?: TlsOptions | undefined;
  /** Announced address → the one that is reachable from here: `{ '172.20.0.2:6379': { host, port } }`. */
  natMap?: Record<string, { host: string; port: number }> | undefined;
  /** Called for every lost connection; ioredis reconnects by itself. */
  onError?: ((error: Error) => void) | undefined;
  /** Laid over everything else: any option of ioredis, for instance `{ commandTimeout: 500 }`. */
  redis?: Settings | undefined;
}

/**
 * Connects an application to the current master, and answers once it has answered PING.
 *
 * By Sentinel where REDIS_SENTINEL_ADDRS is set, else by REDIS_URL (see `connectTarget`). The client stays the same
 * object through a failover. Dials for 5 s at most; a command is answered within 3 s or rejected, and is sent again
 * when its connection was lost meanwhile. A command that was sent again may have been carried out twice.
 * Blocking commands need a client of their own: `client.duplicate({ commandTimeout: undefined, socketTimeout: undefined })`.
 *
 * What differs from ioredis's defaults, and why (a master that hangs for 12 s, down-after 2 s: 12 s of outage and
 * all that is written in the 10 s after it lost by default, some 4 s and none like this):
 * - the sentinels' +switch-master is followed for as long as the client lives: it ends the connection to a master that
 *   still answers, or hangs, and starts the search for the new one (see `switching-redis.ts`);
 * - `disconnectTimeout` 100 ms instead of 2 s: that connection is not waited for;
 * - `reconnectOnError` for READONLY: a master that became a replica is left at its first refusal;
 * - `retryStrategy` at most 270 ms, not 5 s: a master is found soon after it is there, event or no event;
 * - `maxRetriesPerRequest` 60 instead of 20: 60 attempts take about as long;
 * - `updateSentinels` off: addresses that containers announce often cannot be reached from outside, and each costs a
 *   dial of 5 s. Where they can be, turn it on: `redis: { updateSentinels: true }`;
 * - an 'error' listener, without which ioredis prints stacks.
 *
 * Throws OperatorError: 64 where nothing, or nonsense, is configured; 5 where no PING came back within 10 s.
 * Nothing is left open then; closing what still dials may take 5 s more.
 */
export async function connect(env: Env, options: ConnectOptions = {}): Promise<Redis> {
  const target = connectTarget(env, options);
  const { Redis } = loadLibrary();
  let greeted = false;
  const settings = settingsOf(target, env, options, () => greeted);
  // What the scheme says of TLS would win over what is known of it.
  const client =
    target.kind === 'url'
      ? new Redis(settings.tls ? target.url.replace(/^rediss:/, 'redis:') : target.url, settings)
      : makeSwitching(settings);
  const lost: string[] = [];
  const sentinelsSaid: string[] = [];
  client.on('error', (error: Error) => {
    if (isRoundOver(error.message)) return;
    if (greeted) options.onError?.(error);
    else lost.push(error.message);
  });
  client.on('sentinelError', (error: Error) => {
    if (!greeted) sentinelsSaid.push(error.message);
  });
  try {
    await withDeadline(systemClock, GREETING_MS, greet(client), () => new Error('no answer within 10 s'));
    greeted = true;
    return client;
  } catch (error) {
    await giveUp(client);
    throw notConnected(target, lost.find(isRefusal) ?? lost.at(-1) ?? messageOf(error), sentinelsSaid);
  }
}

function settingsOf(
  target: ConnectTarget,
  env: Env,
  options: ConnectOptions,
  greeted: () => boolean,
): Settings {
  const password =
    options.password ?? env.SENTINELCTL_PASSWORD ?? textOf(env, 'REDIS_PASSWORD_FILE')?.replace(/\r?\n$/, '');
  const ca = textOf(env, 'REDIS_CA_FILE');
  const tls = options.tls ?? (ca === undefined ? undefined : { ca });
  const access: Access = {
    redis: { username: options.username ?? env.REDIS_USERNAME, password, tls },
    sentinel: {
      username: options.sentinelUsername ?? env.REDIS_SENTINEL_USERNAME,
      password: options.sentinelPassword ?? env.SENTINELCTL_SENTINEL_PASSWORD ?? password,
      tls,
    },
    addresses: options.natMap ?? {},
  };
  // A wrong address is said soon; once it was right, the client never gives up.
  const untilGreeted =
    (delayMs: (times: number) => number) =>
    (times: number): number | null =>
      greeted() || times <= RETRIES ? delayMs(times) : null;
  return {
    lazyConnect: true,
    ...tunedSettings(),
    // By Sentinel the master may be changing right now: only the first PING's deadline ends the wait for it.
    ...(target.kind === 'url' && { retryStrategy: untilGreeted(retryDelayMs) }),
    ...credentialSettings(access.redis),
    ...(target.kind === 'sentinel' && {
      ...sentinelSettings({ ...target, access }),
      ...tunedSentinelSettings(),
      sentinelRetryStrategy: untilGreeted(sentinelsAgainMs),
    }),
    ...options.redis,
  };
}

const UNREADABLE = { REDIS_PASSWORD_FILE: 'password-file', REDIS_CA_FILE: 'tls-file' } as const;

/** The text of the file that a variable names. Throws OperatorError (64) where it cannot be read. */
function textOf(env: Env, variable: keyof typeof UNREADABLE): string | undefined {
  const path = env[variable];
  const code = UNREADABLE[variable];
  if (path === undefined || path === '') return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError(code, `cannot read the file that ${variable} names: ${path}`, {
      why: whyUnreadable(error),
      hint: `${variable}=FILE # one that this program may read`,
    });
  }
}

/** Resolves after the first PONG; rejects when ioredis gives up, or at a refusal that no retry can cure. */
async function greet(client: Redis): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    client.once('ready', resolve);
    client.once('end', () => reject(new Error('the connection failed')));
    client.on('error', (error: Error) => {
      if (isRefusal(error.message)) reject(error);
    });
    client.connect().catch(() => {}); // each failure is emitted as an 'error', the last one as 'end'
  });
  await client.ping();
}

/** Closes a client that never connected, and waits for what is under way: ioredis cannot cancel a dial. */
async function giveUp(client: Redis): Promise<void> {
  if (client.status === 'end') return;
  const waiting = client.status === 'reconnecting'; // nothing is open between two attempts
  const ended = new Promise<void>((resolve) => client.once('end', resolve));
  client.disconnect();
  if (!waiting)
    await withDeadline(systemClock, DIAL_MS, ended, () => new Error('still open')).catch(() => {});
}

function notConnected(target: ConnectTarget, why: string, sentinelsSaid: string[]): OperatorError {
  const where =
    target.kind === 'sentinel'
      ? `the master "${target.masterName}" by the sentinels ${target.sentinels.map(formatAddress).join(', ')}`
      : 'the server of REDIS_URL';
  // ioredis's words for a sentinel that answers null: it does not monitor that name.
  if (
    target.kind === 'sentinel' &&
    sentinelsSaid.some((said) => said.endsWith('got an invalid reply: null'))
  ) {
    return unreachable('unknown-master', `no sentinel that answers monitors "${target.masterName}"`, {
      hint: 'set REDIS_MASTER_NAME to a name that the sentinels monitor (sentinelctl masters lists them)',
    });
  }
  return unreachable('not-connected', `cannot connect to ${where}`, {
    why: printable(why),
    hint: isRefusal(why) ? 'set SENTINELCTL_PASSWORD, or give the option password' : 'sentinelctl status',
  });
}
