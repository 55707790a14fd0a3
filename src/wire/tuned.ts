import type { RedisOptions } from 'ioredis';
import type { Address } from '../model/address.js';
import { type Access, type Credentials, endpointOf, tlsSettings } from './access.js';

/** Milliseconds: a server is dialled, and a command answers, within these. */
export const DIAL_MS = 5000;
const ANSWER_MS = 3000;

/** Between attempts to connect: doubling from the first to the last, and some chance, so that clients don't march in step. */
const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 250;
const RETRY_JITTER_MS = 20;

/** Which sentinels are asked for the master, and with what. */
export interface SentinelRoute {
  sentinels: Address[];
  masterName: string;
  access: Access;
}

/** Without the one option that changes the client's type: replies keep the shapes that RESP2 and RESP3 share. */
export type Settings = Omit<RedisOptions, 'replyMapping'>;

/** Before attempt `times`, in milliseconds. */
export const retryDelayMs = (times: number): number =>
  Math.min(FIRST_RETRY_MS * 2 ** (times - 1), LAST_RETRY_MS) + Math.floor(Math.random() * RETRY_JITTER_MS);

/** Before the sentinels are gone through again from the first one, in milliseconds: as ioredis has it, but not as long. */
export const sentinelsAgainMs = (times: number): number => Math.min(10 * times, LAST_RETRY_MS);

/** ioredis says so whenever it has gone through them all, even where each has answered; then nothing is the matter. */
export const isRoundOver = (message: string): boolean =>
  message.startsWith('All sentinels are unreachable. Retrying') && !message.includes('Last error');

/** What is tuned for every client; `connect()` says why. */
export const tunedSettings = (): Settings => ({
  connectTimeout: DIAL_MS,
  commandTimeout: ANSWER_MS,
  socketTimeout: ANSWER_MS,
  maxRetriesPerRequest: 60,
  disconnectTimeout: 100,
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
  retryStrategy: retryDelayMs,
});

/** How the master is found by Sentinel, with ioredis's own defaults. */
export const sentinelSettings = ({
  sentinels,
  masterName,
  access: { sentinel, redis, addresses, rules },
}: SentinelRoute): Settings => ({
  sentinels,
  name: masterName,
  ...(sentinel.username && { sentinelUsername: sentinel.username }),
  ...(sentinel.password && { sentinelPassword: sentinel.password }),
  ...(sentinel.tls && { sentinelTLS: tlsSettings(sentinel.tls) }),
  ...(redis.tls && { enableTLSForSentinelMode: true }),
  ...natMapOf({ addresses, rules }),
});

/** What Sentinel names → what is dialled. ioredis gives a function `HOST:PORT`, with no brackets around an IPv6 host. */
function natMapOf({ addresses, rules = [] }: Pick<Access, 'addresses' | 'rules'>): Pick<Settings, 'natMap'> {
  if (rules.length === 0) return Object.keys(addresses).length > 0 ? { natMap: { ...addresses } } : {};
  return {
    natMap: (key) => {
      const at = key.lastIndexOf(':');
      return endpointOf({ addresses, rules }, { host: key.slice(0, at), port: Number(key.slice(at + 1)) });
    },
  };
}

/** What a data node is opened with, in ioredis's words. */
export const credentialSettings = ({ username, password, tls }: Credentials): Settings => ({
  ...(username && { username }),
  ...(password && { password }),
  ...(tls && { tls: tlsSettings(tls) }),
});

/** What is tuned for a client that comes by Sentinel, besides `tunedSettings`; for `makeSwitching`. */
export const tunedSentinelSettings = (): Settings => ({
  sentinelRetryStrategy: sentinelsAgainMs,
  sentinelCommandTimeout: ANSWER_MS,
  updateSentinels: false,
});
