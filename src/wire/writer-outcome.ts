import { errnoOf, messageOf } from '../errors.js';

/** Why a command was not acknowledged. */
export interface Failure {
  /** The error reply's first word (READONLY, NOREPLICAS, …), or timeout, closed, retries, unconfirmed, an errno. */
  kind: string;
  /** It was certainly not carried out; otherwise it may have been, or may still be. */
  definite: boolean;
}

/** How often a command can have been on its way to a server. */
export type Sent = 'never' | 'once' | 'unknown';

/**
 * Judges a command's error. An error reply is definite only where the command was sent once: ioredis sends again
 * what had no answer when its connection broke, and the first attempt may have been carried out. A command that
 * timed out while it waited for a connection is not dropped by ioredis, and is sent later all the same; only what
 * it flushed is gone for certain.
 */
export function failureOf(error: unknown, sent: Sent): Failure {
  const message = messageOf(error);
  const name = error instanceof Error ? error.name : '';
  if (name === 'ReplyError') {
    return { kind: /^[A-Z]{2,}/.exec(message)?.[0] ?? 'ERR', definite: sent === 'once' };
  }
  if (message === 'Command timed out') return { kind: 'timeout', definite: false };
  const flushed = sent === 'never';
  if (name === 'MaxRetriesPerRequestError') return { kind: 'retries', definite: flushed };
  if (name === 'AbortError' || message === 'Connection is closed.')
    return { kind: 'closed', definite: flushed };
  if (message.startsWith('Socket timeout')) return { kind: 'timeout', definite: flushed };
  return { kind: errnoOf(error) ?? 'other', definite: flushed };
}
