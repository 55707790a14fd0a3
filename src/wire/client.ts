import { withDeadline } from '../clock.js';
import type { Address } from '../model/address.js';
import type { Credentials } from './access.js';
import type { DialOptions } from './dial.js';
import { closedError, replyError, timeoutError, WireError } from './error.js';
import { openSession, type Session } from './session.js';

export { WireError } from './error.js';

export interface ConnectionOptions extends Omit<DialOptions, 'tls'> {
  credentials?: Credentials | undefined;
  /** Never an Asking as it is, which would connect without its credentials: `askingAs` picks those of one kind. */
  access?: never;
}

/** One connection to one server, for questions. It never reconnects. */
export interface Connection {
  readonly address: Address;
  /**
   * Sends a command and answers with its reply: strings, integers, null and arrays of these. Several may be under
   * way at once. Throws WireError: an error reply, silence beyond the deadline, or the end of the connection;
   * or the reason of the signal that the connection was opened with.
   */
  call(...args: (string | number)[]): Promise<unknown>;
  /** Calls back once, at the moment at which the other side is gone; never for our own `close()`. */
  onClose(listener: () => void): void;
  /** Ends it immediately; idempotent. Pending calls are rejected. */
  close(): void;
}

/** Connects and, with a password, authenticates. Throws WireError, or the signal's reason; leaves nothing open then. */
export async function openConnection(address: Address, options: ConnectionOptions): Promise<Connection> {
  const session = await openAuthenticated(address, options);
  return {
    address,
    call: (...args) => callOn(session, address, options, args),
    onClose: session.onClose,
    close: session.close,
  };
}

/** A session after AUTH. Throws WireError, or the signal's reason; leaves nothing open then. */
export async function openAuthenticated(address: Address, options: ConnectionOptions): Promise<Session> {
  const session = await openSession(address, { ...options, tls: options.credentials?.tls });
  try {
    await authenticate(session, address, options);
    return session;
  } catch (error) {
    session.close();
    throw error;
  }
}

/** AUTH by hand: ioredis's own prints a warning where the server has no password. */
async function authenticate(session: Session, address: Address, options: ConnectionOptions): Promise<void> {
  const { password, username } = options.credentials ?? {};
  if (!password) return;
  try {
    await callOn(session, address, options, username ? ['AUTH', username, password] : ['AUTH', password]);
  } catch (error) {
    const reply = error instanceof WireError ? (error.reply ?? '') : '';
    // Redis 6 and later; before 6.
    if (/without any password configured|no password is set/.test(reply)) return;
    throw error;
  }
}

/** One command on a session, bounded by the deadline. Throws what Connection.call throws. */
async function callOn(
  session: Session,
  address: Address,
  options: ConnectionOptions,
  args: (string | number)[],
): Promise<unknown> {
  const { clock, deadlineMs, signal, credentials } = options;
  signal?.throwIfAborted();
  const [command, ...rest] = args;
  if (command === undefined) throw new TypeError('a command needs a name');
  session.together();
  try {
    const reply = await withDeadline(clock, deadlineMs, session.redis.call(String(command), ...rest), () =>
      timeoutError(address, deadlineMs),
    );
    session.answered();
    return reply;
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof WireError) throw error;
    if (error instanceof Error && error.name === 'ReplyError') {
      session.answered();
      throw replyError(address, error.message, credentials);
    }
    throw session.failure() ?? closedError(address);
  }
}
