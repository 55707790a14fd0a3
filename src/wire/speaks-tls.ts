import type { Address } from '../model/address.js';
import type { ConnectionOptions } from './client.js';
import { dial } from './dial.js';
import { WireError } from './error.js';

/** What only a server that speaks TLS says: it wants a certificate, or another version. */
const HANDSHAKE = /\bSSL|\bTLS|alert|certificate/i;

/** Whether a port completes a TLS handshake, or refuses it in the words of TLS. Nothing is sent over it. Throws only the signal's reason. */
export async function speaksTls(address: Address, options: ConnectionOptions): Promise<boolean> {
  try {
    const socket = await dial(address, { ...options, tls: { insecure: true } });
    socket.destroy();
    return true;
  } catch (error) {
    options.signal?.throwIfAborted();
    return error instanceof WireError && error.silence.kind === 'error' && HANDSHAKE.test(error.message);
  }
}
