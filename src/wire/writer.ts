import type { Pipeline, Redis } from 'ioredis';
import { type Clock, withDeadline } from '../clock.js';
import { type OperatorError, unreachable } from '../errors.js';
import { isRefusal, printable } from './error.js';
import { loadLibrary } from './library.js';
import { sentinelConnectorFrom } from './local-address.js';
import { makeSwitching } from './switching-redis.js';
import {
  credentialSettings,
  isRoundOver,
  type SentinelRoute,
  type Settings,
  sentinelSettings,
  tunedSentinelSettings,
  tunedSettings,
} from './tuned.js';
import { type Failure, failureOf, type Sent } from './writer-outcome.js';

/** How long WAIT may wait for the replicas, in milliseconds; below what a tuned client waits for any answer. */
const WAIT_MS = 1000;
/** ioredis's own words for what ended with its connection. */
const CLOSED = 'Connection is closed.';

export interface WriterOptions extends SentinelRoute {
  clock: Clock;
  /** `default`: ioredis exactly as it comes. `tuned`: what `connect()` makes. */
  tuning: 'default' | 'tuned';
  role: 'master' | 'slave';
  /** Every connection comes from this address of this machine; as the system has it where absent. */
  localAddress?: string | undefined;
  /** For the first connection, in milliseconds. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
}

/** One bit to set (`SETBIT key offset 1`), or to look at (`GETBIT key offset`). */
export interface Order {
  kind: 'set' | 'look';
  key: string;
  offset: number;
}

export interface Answer {
  /** Per order, in their order: the bit that came back, or why none did. */
  results: (number | Failure)[];
  /** How many replicas confirmed all of it; null where that was not asked, or not answered. */
  confirmed: number | null;
  /** `clock.now()` when the last bytes came that this can have been in. */
  atMs: number;
  /** `host:port` of the socket that they came by. */
  peer: string;
}

/** An application's client through Sentinel. It goes on by itself when its connection is lost. */
export interface Writer {
  /** Sends everything as one pipeline, and WAIT for `replicas` after it where more than 0. Never rejects. */
  send(orders: readonly Order[], replicas: number): Promise<Answer>;
  /** Ends it immediately; pending orders fail. Idempotent. */
  close(): void;
}

interface Link {
  peer: string;
  lastDataMs: number;
}

/** Opens a client and waits until it is connected. Throws OperatorError (5), or the signal's reason. */
export async function openWriter(options: WriterOptions): Promise<Writer> {
  const { clock, deadlineMs, signal } = options;
  signal?.throwIfAborted();
  const redis = clientOf(options);
  let link: Link = { peer: '', lastDataMs: clock.now() };
  let readies = 0;
  let lastError = '';
  const note = (error: Error): void => {
    if (!isRefusal(lastError) && !isRoundOver(error.message)) lastError = error.message;
  };
  redis.on('error', note);
  redis.on('sentinelError', note);
  redis.on('ready', () => readies++);
  // Emitted after ioredis put its parser in front: this listener then comes before it.
  redis.on('connect', () => {
    const { remoteAddress = '', remotePort = 0 } = redis.stream;
    const current: Link = { peer: peerOf(remoteAddress, remotePort), lastDataMs: clock.now() };
    link = current;
    redis.stream.prependListener('data', () => {
      current.lastDataMs = clock.now();
    });
  });
  const underWay = new Set<() => void>();
  const close = (): void => {
    redis.disconnect();
    // ioredis, when it is between two attempts to connect, forgets what waits for a connection.
    for (const cut of underWay) cut();
  };
  try {
    const abort = abortOf(signal);
    try {
      const first = Promise.race([ready(redis), abort.promise]);
      await withDeadline(clock, deadlineMs, first, () => new Error('silent'));
    } finally {
      abort.forget();
    }
  } catch {
    close();
    signal?.throwIfAborted();
    throw notConnected(options, lastError);
  }

  return {
    async send(orders, replicas) {
      const pipeline = pipelineOf(redis, orders);
      if (replicas > 0) pipeline.wait(replicas, WAIT_MS);
      const firstLink = redis.status === 'ready' ? link : null;
      const readiesBefore = readies;
      const replies = await settled(pipeline, underWay);
      // Where it had to wait for a connection, the only one since was the only one it can have been sent by.
      const connections = firstLink === null ? readies - readiesBefore : firstLink === link ? 1 : 2;
      const sent: Sent = connections === 0 ? 'never' : connections === 1 ? 'once' : 'unknown';
      const results = orders.map((_, i) => {
        const [error, reply] = replies?.[i] ?? [new Error(CLOSED), null];
        return error === null ? Number(reply) : failureOf(error, sent);
      });
      const waited = replicas > 0 ? replies?.[orders.length] : undefined;
      const confirmed = waited?.[0] === null ? Number(waited[1]) : null;
      return { results, confirmed, atMs: link.lastDataMs, peer: link.peer };
    },
    close,
  };
}

function clientOf(options: WriterOptions): Redis {
  const { tuning, role, access, localAddress } = options;
  const settings: Settings = {
    ...sentinelSettings(options),
    ...credentialSettings(access.redis),
    ...(role === 'slave' && { role }),
    ...(localAddress !== undefined && { Connector: sentinelConnectorFrom(localAddress) }),
    lazyConnect: true,
  };
  if (tuning === 'tuned')
    return makeSwitching({ ...settings, ...tunedSettings(), ...tunedSentinelSettings() }, localAddress);
  const { Redis } = loadLibrary();
  return new Redis(settings);
}

function pipelineOf(redis: Redis, orders: readonly Order[]): Pipeline {
  const pipeline = redis.pipeline() as Pipeline;
  for (const { kind, key, offset } of orders) {
    if (kind === 'set') pipeline.setbit(key, offset, 1);
    else pipeline.getbit(key, offset);
  }
  return pipeline;
}

type Replies = Awaited<ReturnType<Pipeline['exec']>>;

/** The replies, or null where it was cut off before all of them were there. */
function settled(pipeline: Pipeline, underWay: Set<() => void>): Promise<Replies> {
  return new Promise((resolve) => {
    const cut = (): void => resolve(null);
    underWay.add(cut);
    const done = (replies: Replies): void => {
      underWay.delete(cut);
      resolve(replies);
    };
    pipeline.exec().then(done, () => done(null));
  });
}

async function ready(redis: Redis): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    redis.once('ready', resolve);
    redis.once('end', () => reject(new Error('ended')));
    redis.on('error', (error: Error) => {
      if (isRefusal(error.message)) reject(error);
    });
    redis.connect().catch(() => {}); // each failure is emitted as an 'error'
  });
}

/** Rejects when the signal aborts; `forget` takes the listener off again. */
function abortOf(signal: AbortSignal | undefined): { promise: Promise<never>; forget(): void } {
  let stop = (): void => {};
  const promise = new Promise<never>((_, reject) => {
    stop = () => reject(signal?.reason);
    signal?.addEventListener('abort', stop, { once: true });
  });
  return { promise, forget: () => signal?.removeEventListener('abort', stop) };
}

/** `::ffff:127.0.0.1` is how a socket of both families names an IPv4 peer. */
const peerOf = (host: string, port: number): string => `${host.replace(/^::ffff:/, '')}:${port}`;

function notConnected({ role, masterName, access }: WriterOptions, lastError: string): OperatorError {
  const { password } = access.redis;
  const said = password ? lastError.replaceAll(password, '(redacted)') : lastError;
  return unreachable(
    'client-not-connected',
    `a client cannot connect to ${role === 'master' ? 'the master' : 'a replica'} of "${masterName}" by Sentinel`,
    {
      why: said === '' ? 'there was no answer' : printable(said),
      hint: 'sentinelctl status # if the announced addresses cannot be reached from this machine, clients need a natMap',
    },
  );
}
