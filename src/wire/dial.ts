import { setMaxListeners } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Clock, withDeadline } from '../clock.js';
import type { Address } from '../model/address.js';
import { socketError, timeoutError } from './error.js';

export interface DialOptions {
  clock: Clock;
  /** For the connection, and for each answer on it; milliseconds. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
}

/**
 * A TCP connection, with everything that can go wrong worded. Throws WireError, or the signal's reason;
 * leaves no socket open then.
 */
export async function dial(address: Address, options: DialOptions): Promise<Socket> {
  const { clock, deadlineMs, signal } = options;
  signal?.throwIfAborted();
  // One listener per connection is no leak, of which Node would warn on stderr from the eleventh on.
  if (signal) setMaxListeners(0, signal);
  let socket: Socket;
  try {
    socket = connect({ host: address.host, port: address.port, noDelay: true });
  } catch (error) {
    throw socketError(address, error); // a port that is none: net throws at once
  }
  let stop = (): void => {};
  const connected = new Promise<void>((resolve, reject) => {
    stop = () => reject(signal?.reason);
    socket.once('connect', resolve);
    // Stays after the connection is made: an 'error' without a listener would end the process.
    socket.on('error', (error) => reject(socketError(address, error)));
  });
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await withDeadline(clock, deadlineMs, connected, () => timeoutError(address, deadlineMs));
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
