import { withDeadline } from '../clock.js';
import type { Address } from '../model/address.js';
import type { Silence } from '../model/snapshot.js';
import { type ConnectionOptions, openConnection } from './client.js';
import { dial } from './dial.js';
import { replyError, silenceOf, timeoutError, WireError } from './error.js';

/** What only a server that speaks TLS says: it wants a certificate, or another version. */
const HANDSHAKE = /\bSSL|\bTLS|alert|certificate/i;

/** How long a refusal that is sent on accept may take, in milliseconds. */
const OPENING_MS = 300;

/** What dial says where the other side answered in plain text. */
const PLAIN_ANSWER = /does not speak TLS/;

const MAY_BE_TLS: readonly Silence['kind'][] = ['tls', 'error'];

/** Whether a port completes a TLS handshake, or refuses it in the words of TLS. Nothing is sent over it. Throws only the signal's reason. */
async function speaksTls(address: Address, options: ConnectionOptions): Promise<boolean> {
  try {
    const socket = await dial(address, { ...options, tls: { insecure: true } });
    socket.destroy();
    return true;
  } catch (error) {
    options.signal?.throwIfAborted();
    return (
      error instanceof WireError &&
      MAY_BE_TLS.includes(error.silence.kind) &&
      HANDSHAKE.test(error.message) &&
      !PLAIN_ANSWER.test(error.message)
    );
  }
}

/** What a server that speaks only TLS is, seen without it. */
export const TLS_ONLY: Silence = {
  kind: 'tls',
  message: 'accepts only TLS at this port, and sentinelctl connects without it: --tls --ca FILE',
};

/** For one visit: the same options, and why it failed, with whether a TCP connection came about at all. */
export function watchDial(options: ConnectionOptions): {
  watched: ConnectionOptions;
  silence: (address: Address, error: unknown) => Promise<Silence>;
} {
  let isDialled = false;
  const watched = {
    ...options,
    onDialled: () => {
      isDialled = true;
    },
  };
  return {
    watched,
    silence: async (address, error) => {
      const silence = await silenceAt(address, watched, error);
      return silence.kind === 'timeout' && !isDialled ? { ...silence, unreached: true } : silence;
    },
  };
}

/**
 * Why a server did not answer; where it closed a plain connection at once, a handshake shows whether it wants TLS.
 * Throws only the signal's reason.
 */
async function silenceAt(address: Address, options: ConnectionOptions, error: unknown): Promise<Silence> {
  const silence = silenceOf(error);
  if (options.credentials?.tls)
    return silence.kind === 'timeout' && (await speaksPlain(address, options)) ? PLAIN_ONLY : silence;
  if (silence.kind !== 'closed') return silence;
  if (await speaksTls(address, options)) return TLS_ONLY;
  const refusal = await refusalAt(address, options);
  return refusal === null ? silence : silenceOf(replyError(address, refusal));
}

/**
 * What a server says before it closes a connection that it does not want (networking.c, acceptCommonHandler: `-DENIED …`
 * in protected mode, `-ERR max number of clients reached`). Where a command was sent meanwhile, the end is a reset, and
 * the kernel drops what had arrived: so this sends nothing. null for nothing.
 */
async function refusalAt(address: Address, options: ConnectionOptions): Promise<string | null> {
  try {
    const socket = await dial(address, { ...options, tls: null });
    try {
      if (socket.destroyed) return null;
      const said = new Promise<string>((resolve) => {
        socket.once('data', (text: Buffer) => resolve(text.toString('utf8')));
        socket.once('error', () => resolve(''));
        socket.once('close', () => resolve(''));
      });
      const { clock } = options;
      const deadlineMs = Math.min(options.deadlineMs, OPENING_MS);
      const text = await withDeadline(clock, deadlineMs, said, () => timeoutError(address, deadlineMs));
      return /^-([A-Z]+ [^\r\n]*)/.exec(text)?.[1] ?? null;
    } finally {
      socket.destroy();
    }
  } catch {
    options.signal?.throwIfAborted();
    return null;
  }
}

/** A plain server waits for the end of what it takes for a command, so a handshake with it gets no answer. */
export const PLAIN_ONLY: Silence = { kind: 'tls', message: 'speaks no TLS at this port: leave --tls out' };

async function speaksPlain(address: Address, options: ConnectionOptions): Promise<boolean> {
  try {
    const connection = await openConnection(address, { ...options, credentials: {} });
    await connection.call('PING').finally(() => connection.close());
    return true;
  } catch (error) {
    options.signal?.throwIfAborted();
    return error instanceof WireError && error.reply !== undefined;
  }
}
