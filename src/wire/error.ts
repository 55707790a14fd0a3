import { errnoOf, messageOf, OperatorError } from '../errors.js';
import { type Address, formatAddress } from '../model/address.js';
import { humanDurationMs } from '../model/duration.js';
import { type Silence, silentExitCode } from '../model/snapshot.js';

export interface WireErrorInit {
  address?: Address | undefined;
  /** The error reply as the server sent it, where it sent one. */
  reply?: string | undefined;
}

const HINT: Partial<Record<Silence['kind'], string>> = {
  auth: '--password-file FILE # or the password in SENTINELCTL_PASSWORD',
  refused: 'check that the server runs and that host and port are right',
};

/**
 * A server did not answer as itself. `silence.message` is a predicate without the address, so that it can stand
 * beside it in a table; `message` has both. Never carries a password, and no cause: ioredis keeps the arguments
 * of the failed command, AUTH included, on its errors.
 */
export class WireError extends OperatorError {
  readonly silence: Silence;
  readonly reply: string | undefined;

  constructor(silence: Silence, { address, reply }: WireErrorInit = {}) {
    super({
      code: `wire-${silence.kind}`,
      message: address === undefined ? silence.message : `${formatAddress(address)} ${silence.message}`,
      hint: HINT[silence.kind],
      exitCode: silentExitCode([silence]),
    });
    this.name = 'WireError';
    this.silence = silence;
    this.reply = reply;
  }
}

/** A reply that no Redis or Sentinel would give. */
export const protocolError = (message: string, address?: Address): WireError =>
  new WireError({ kind: 'protocol', message }, { address });

/** Nothing came within the deadline, in milliseconds. */
export const timeoutError = (address: Address, deadlineMs: number): WireError =>
  new WireError(
    { kind: 'timeout', message: `did not answer within ${humanDurationMs(deadlineMs)}` },
    { address },
  );

/** The connection is gone. */
export const closedError = (address: Address, message = 'closed the connection'): WireError =>
  new WireError({ kind: 'closed', message }, { address });

/** Words an error of the socket: dialling, the resolver, a reset. */
export function socketError(address: Address, error: unknown): WireError {
  const silence =
    namedOtherwise(address, error) ?? socketSilence(errnoOf(error), messageOf(error), namesIn(error));
  return new WireError(silence, { address });
}

/** Node refused the TLS options before it dialled. */
export const tlsSetupError = (address: Address, error: unknown): WireError =>
  new WireError(
    {
      kind: 'error',
      message: `was not dialled: the port or the TLS options are invalid (${messageOf(error)})`,
    },
    { address },
  );

/** A certificate that has not the name of `--server-name`, which is one for every server; undefined for any other error. */
function namedOtherwise({ host }: Address, error: unknown): Silence | undefined {
  if (errnoOf(error) !== 'ERR_TLS_CERT_ALTNAME_INVALID') return undefined;
  const { host: wanted } = error as { host?: string };
  if (wanted === undefined || wanted === host) return undefined;
  return {
    kind: 'tls',
    message: `${otherName(namesIn(error))}, and ${printable(wanted, 120)}, the --server-name, is for every server`,
  };
}

const otherName = (names: string): string =>
  `has a certificate for another name${names === '' ? '' : ` (it is for ${names})`}`;

/** The names of the certificate that did not fit, on Node's error (tls.checkServerIdentity); empty where it has none. */
function namesIn(error: unknown): string {
  const { cert } = error as { cert?: { subjectaltname?: string; subject?: { CN?: string } } };
  const names = (cert?.subjectaltname ?? cert?.subject?.CN ?? '').replace(/(^|, )(DNS|IP Address):/g, '$1');
  return printable(names, 120);
}

function socketSilence(errno: string | undefined, message: string, names: string): Silence {
  switch (errno) {
    case 'ECONNREFUSED':
      return { kind: 'refused', message: 'refused the connection: nothing listens on that port' };
    case 'ETIMEDOUT':
      return { kind: 'timeout', message: 'did not answer: the connection timed out', unreached: true };
    case 'ECONNRESET':
    case 'EPIPE':
      return { kind: 'closed', message: 'closed the connection (reset)' };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return { kind: 'error', message: 'cannot be found: the host name does not resolve' };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return {
        kind: 'error',
        message: 'cannot be reached: no route to the host',
        unreached: true,
      };
    default:
      return tlsSilence(errno, message, names) ?? { kind: 'error', message: `cannot be reached: ${message}` };
  }
}

/** Codes: Node's tls module (X.509 verification, ERR_TLS_*), and OpenSSL's alerts (ERR_SSL_*). */
function tlsSilence(errno: string | undefined = '', message: string, names: string): Silence | undefined {
  if (errno === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return {
      kind: 'tls',
      message: `${otherName(names)}: --server-name says which is right`,
    };
  if (errno === 'CERT_HAS_EXPIRED') return { kind: 'tls', message: 'has a certificate that has expired' };
  if (/^(CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_(GET_ISSUER|VERIFY)|HOSTNAME_MISMATCH)/.test(errno))
    return {
      kind: 'tls',
      message: `has a certificate that is not trusted (${message}): --ca FILE has its authority`,
    };
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNKNOWN_PROTOCOL|HTTP_REQUEST/.test(errno))
    return { kind: 'tls', message: 'does not speak TLS: leave --tls out' };
  if (/CERTIFICATE_REQUIRED|ALERT_HANDSHAKE_FAILURE|ALERT_UNKNOWN_CA|ALERT_BAD_CERTIFICATE/.test(errno))
    return { kind: 'tls', message: 'requires a client certificate that it trusts: --cert FILE --key FILE' };
  return undefined;
}

/** What a connection logged in with, as far as an error depends on it. */
interface Login {
  username?: string | null | undefined;
  password?: string | null | undefined;
}

/** Words an error reply (`-ERR …`) to this login; what could be a secret is taken out of it. */
export function replyError(address: Address, text: string, { username, password }: Login = {}): WireError {
  const reply = printable(password ? text.replaceAll(password, '(redacted)') : text);
  return new WireError(replySilence(reply, username ?? null), { address, reply });
}

/** Which option gives the password depends on the kind of server, so it is not said here. Texts: acl.c (authCommand, addReplyErrorNoAuth), and `invalid password` of Redis before 6. */
function replySilence(reply: string, username: string | null): Silence {
  if (/^NOAUTH\b/.test(reply)) return { kind: 'auth', message: 'requires a password' };
  // Which of the two is wrong the server does not say.
  if (/^WRONGPASS\b|invalid password/.test(reply))
    return {
      kind: 'auth',
      message: username === null ? 'rejects this password' : 'rejects this user name or password',
    };
  if (/^NOPERM\b/.test(reply)) return { kind: 'auth', message: `denies the command: ${reply}` };
  if (/^DENIED\b/.test(reply))
    return {
      kind: 'error',
      message:
        'answered: DENIED Redis is running in protected mode: without a password it answers its own machine only',
    };
  return { kind: 'error', message: `answered: ${reply}` };
}

/** A thousand servers say the same short words: each is made printable, and kept, once. */
const known = new Map<string, string>();
const KNOWN_LENGTH = 40;
const MOST_KNOWN = 20_000;

/** The words of a server, fit for a terminal: one line without control characters, of a length to be read. */
export function printable(text: string, max = 300): string {
  if (text.length > KNOWN_LENGTH || max < KNOWN_LENGTH) return madePrintable(text, max);
  const same = known.get(text);
  if (same !== undefined) return same;
  const line = madePrintable(text, max);
  if (known.size < MOST_KNOWN) known.set(text, line);
  return line;
}

function madePrintable(text: string, max: number): string {
  const line = text.replace(/\p{Cc}+/gu, ' ').trim();
  return line.length <= max ? line : `${line.slice(0, max)}…`;
}

/** Anything thrown on the way to a server, as the reason for its silence. */
export function silenceOf(error: unknown): Silence {
  if (error instanceof WireError) return error.silence;
  return { kind: 'error', message: messageOf(error) };
}

/** An error that the server answered with is an answer; anything else is thrown on. */
export function errorReply(error: unknown): WireError {
  if (error instanceof WireError && error.reply !== undefined && error.silence.kind === 'error') return error;
  throw error;
}

/** An error that no second attempt cures. Texts: acl.c, networking.c. */
export const isRefusal = (message: string): boolean => /^(NOAUTH|WRONGPASS|NOPERM|DENIED)\b/.test(message);
