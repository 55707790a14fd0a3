import { setMaxListeners } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Clock, withDeadline } from '../clock.js';
import type { Address } from '../model/address.js';
import { type TlsOptions, tlsSettings } from './access.js';
import { socketError, timeoutError, tlsSetupError } from './error.js';

export interface DialOptions {
  clock: Clock;
  /** For the connection, and for each answer on it; milliseconds. */
  deadlineMs: number;
  signal?: AbortSignal | undefined;
  /** TLS; a bare TCP connection where absent or null. */
  tls?: TlsOptions | null | undefined;
  /** Called when the TCP connection is made, before TLS. */
  onDialled?: (() => void) | undefined;
}

/**
 * A TCP connection, or a TLS one whose certificate is verified. Throws WireError with the cause in words, or the
 * signal's reason; leaves no socket open then.
 */
export async function dial(address: Address, options: DialOptions): Promise<Socket> {
  const { clock, deadlineMs, signal, tls } = options;
  signal?.throwIfAborted();
  // One listener per connection is not a leak, but Node warns on stderr from the eleventh on.
  if (signal) setMaxListeners(0, signal);
  let socket: Socket;
  try {
    const { host, port } = address;
    socket = tls ? connectTls({ host, port, ...tlsSettings(tls) }) : connect({ host, port });
    socket.setNoDelay(true);
  } catch (error) {
    // An invalid port, certificate or key: Node throws before it dials.
    throw tls ? tlsSetupError(address, error) : socketError(address, error);
  }
  let stop = (): void => {};
  const connected = new Promise<void>((resolve, reject) => {
    stop = () => reject(signal?.reason);
    if (options.onDialled) socket.once('connect', options.onDialled);
    socket.once(tls ? 'secureConnect' : 'connect', resolve);
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
