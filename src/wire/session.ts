import type { Redis } from 'ioredis';
import type { Address } from '../model/address.js';
import { type DialOptions, dial } from './dial.js';
import { closedError, protocolError, replyError, socketError, type WireError } from './error.js';
import { loadLibrary } from './library.js';

/** The most that is taken in while one reply is awaited, in bytes. INFO has some thousand. */
const MAX_REPLY_BYTES = 16 * 1024 * 1024;

/** ioredis speaking RESP on a socket from `dial`: it never reconnects and never resends. */
export interface Session {
  readonly redis: Redis;
  /** What is asked from here to the end of the current job goes out in one write: a thousand questions are not as many system calls. */
  together(): void;
  /** `clock.now()` at the arrival of the bytes that are being read now. */
  arrivedAtMs(): number;
  /** A reply was complete: what was taken in counts from here. */
  answered(): void;
  /** Why the session ended; undefined while it lives. The first cause wins. */
  failure(): WireError | undefined;
  /** Calls back once, at the moment at which the other side is gone; never for our own `close()`. */
  onClose(listener: () => void): void;
  /** Ends it immediately; idempotent. */
  close(): void;
}

/** Opens a session. Throws WireError, or the signal's reason. */
export async function openSession(address: Address, options: DialOptions): Promise<Session> {
  const { clock, signal } = options;
  // First the library: a socket that waits for it would miss what happens to it.
  const { AbstractConnector, Redis } = loadLibrary();
  const socket = await dial(address, options);

  const listeners: (() => void)[] = [];
  let failure: WireError | undefined;
  let gone = false;
  let closedByUs = false;
  let arrivedAtMs = clock.now();
  let takenInBytes = 0;
  let opening = '';

  const fail = (cause: WireError): void => {
    failure ??= cause;
    socket.destroy();
  };
  const lost = (cause: WireError): void => {
    fail(cause);
    if (gone) return;
    gone = true;
    signal?.removeEventListener('abort', close);
    if (!closedByUs) for (const listener of listeners.splice(0)) listener();
  };
  const close = (): void => {
    if (!gone) closedByUs = true;
    fail(closedError(address, 'was not asked: the connection is closed'));
  };
  socket.on('end', () => lost(closedError(address)));
  socket.on('error', (error) => lost(socketError(address, error)));
  socket.on('close', () => lost(closedError(address)));
  signal?.addEventListener('abort', close, { once: true });
  if (socket.destroyed) lost(closedError(address));
  if (signal?.aborted) close();

  class OurSocket extends AbstractConnector {
    constructor() {
      super(0);
    }
    override connect(): Promise<typeof socket> {
      return Promise.resolve(socket);
    }
    override disconnect(): void {
      socket.destroy();
    }
  }
  const redis = new Redis({
    Connector: OurSocket,
    // RESP2: one shape for every version since 5, no HELLO, and pub/sub frames that cannot be mistaken for a reply.
    protocol: 2,
    disableClientInfo: true,
    enableReadyCheck: false,
    retryStrategy: null,
    maxRetriesPerRequest: null,
    autoResendUnfulfilledCommands: false,
    autoResubscribe: false,
  });
  redis.once('connect', () => {
    // Ahead of the parser, which ioredis puts in front itself just before this event.
    socket.prependListener('data', (bytes: Buffer) => {
      arrivedAtMs = clock.now();
      takenInBytes += bytes.length;
      if (opening.length < 16) opening += bytes.toString('latin1', 0, 16);
      if (takenInBytes > MAX_REPLY_BYTES) {
        fail(protocolError('sends more than 16 MiB without a complete reply: it is not Redis', address));
      }
    });
  });
  redis.on('error', (error: Error) => fail(strangeReply(address, opening, error.message)));

  let isCorked = false;
  const together = (): void => {
    if (isCorked) return;
    isCorked = true;
    socket.cork();
    queueMicrotask(() => {
      isCorked = false;
      socket.uncork();
    });
  };
  return {
    redis,
    together,
    arrivedAtMs: () => arrivedAtMs,
    answered: () => {
      takenInBytes = 0;
    },
    failure: () => failure,
    onClose: (listener) => {
      if (!gone) listeners.push(listener);
      else if (!closedByUs) queueMicrotask(listener);
    },
    close,
  };
}

/**
 * What ioredis could not parse or match: bytes that are not RESP, or a reply without a command. Redis itself sends the
 * latter only as a refusal on accept (networking.c: `-DENIED …`, `-ERR max number of clients reached`).
 */
function strangeReply(address: Address, opening: string, message: string): WireError {
  const refusal = /Last error: (.+)$/s.exec(message)?.[1];
  if (refusal !== undefined) return replyError(address, refusal);
  // Only a protocol's name: what a stranger echoes may be the password that it was just sent.
  const speaks = /^[A-Z]{3,8}[/-]\d(\.\d)?/.exec(opening)?.[0];
  return protocolError(
    speaks === undefined ? 'does not speak the Redis protocol' : `speaks ${speaks}, not the Redis protocol`,
    address,
  );
}
