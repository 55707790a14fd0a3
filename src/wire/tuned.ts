import type { RedisOptions } from 'ioredis';
import type { Address } from '../model/address.js';
import { steadyConnector } from './steady-connector.js';

/** Milliseconds: a server is dialled, and a command answers, within these. */
export const DIAL_MS = 5000;
export const ANSWER_MS = 3000;

/** Between two attempts to find the master, in milliseconds, and what chance adds so that clients don't march in step. */
const RETRY_MS = 40;
const RETRY_JITTER_MS = 20;
/** After about a minute an outage is none that a failover ends soon. */
const QUICK_RETRIES = 1000;
const SLOW_RETRY_MS = 400;
/** A request is dropped when its connection has been sought for about as long as an answer may take. */
const RETRIES_PER_REQUEST = Math.round(ANSWER_MS / (RETRY_MS + RETRY_JITTER_MS / 2));

/** Whom to ask for the master, and with what. */
export interface SentinelRoad {
  sentinels: Address[];
  masterName: string;
  sentinelPassword?: string | null | undefined;
  /** Announced address → the one that is reachable from here. */
  natMap?: Record<string, { host: string; port: number }> | null | undefined;
}

/** Without the one option that changes the client's type: replies keep the shapes that RESP2 and RESP3 share. */
export type Settings = Omit<RedisOptions, 'replyMapping'>;

/** Before attempt `times`, in milliseconds. */
export const retryDelayMs = (times: number): number =>
  times > QUICK_RETRIES ? SLOW_RETRY_MS : RETRY_MS + Math.floor(Math.random() * RETRY_JITTER_MS);

/** What is tuned for every client; `connect()` says why. */
export const tunedSettings = (): Settings => ({
  connectTimeout: DIAL_MS,
  commandTimeout: ANSWER_MS,
  socketTimeout: ANSWER_MS,
  maxRetriesPerRequest: RETRIES_PER_REQUEST,
  disconnectTimeout: 100,
  reconnectOnError: (error) => error.message.startsWith('READONLY'),
  retryStrategy: retryDelayMs,
});

/** The road to the master by Sentinel, exactly as ioredis takes it by default. */
export const sentinelRoad = ({
  sentinels,
  masterName,
  sentinelPassword,
  natMap,
}: SentinelRoad): Settings => ({
  sentinels,
  name: masterName,
  ...(sentinelPassword && { sentinelPassword }),
  ...(natMap && { natMap }),
});

/** What is tuned for a client that comes by Sentinel, besides `tunedSettings`; `connect()` says why. */
export const tunedSentinelSettings = (): Settings => ({
  sentinelRetryStrategy: retryDelayMs,
  sentinelCommandTimeout: ANSWER_MS,
  // Only the subscriptions to a sentinel that is gone: nobody waits for them.
  sentinelReconnectStrategy: (times) => Math.min(100 * 2 ** (times - 1), 1000),
  failoverDetector: true,
  Connector: steadyConnector(),
  updateSentinels: false,
});
