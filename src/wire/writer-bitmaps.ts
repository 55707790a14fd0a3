import { withDeadline } from '../clock.js';
import type { Address } from '../model/address.js';
import { type ConnectionOptions, openAuthenticated } from './client.js';
import { timeoutError } from './error.js';
import type { Session } from './session.js';

/** Keys per wave: some hundred kilobytes of answers, so that a wave is far below what a session takes in. */
const WAVE = 32;

/**
 * GETs every key, as bytes; one that does not exist is empty. The deadline is for each wave of 32 keys.
 * Throws an error of the wire, or the signal's reason.
 */
export function getBytes(
  address: Address,
  keys: readonly string[],
  options: ConnectionOptions,
): Promise<Uint8Array[]> {
  return inWaves(address, keys, options, async (session, wave) =>
    (await Promise.all(wave.map((key) => session.redis.getBuffer(key)))).map((b) => b ?? new Uint8Array(0)),
  );
}

/** UNLINKs every key. Throws an error of the wire, or the signal's reason. */
export async function unlink(
  address: Address,
  keys: readonly string[],
  options: ConnectionOptions,
): Promise<void> {
  await inWaves(address, keys, options, async (session, wave) => [await session.redis.unlink(...wave)]);
}

async function inWaves<T>(
  address: Address,
  keys: readonly string[],
  options: ConnectionOptions,
  work: (session: Session, wave: string[]) => Promise<T[]>,
): Promise<T[]> {
  const { clock, deadlineMs, signal } = options;
  const session = await openAuthenticated(address, options);
  try {
    const all: T[] = [];
    for (let i = 0; i < keys.length; i += WAVE) {
      signal?.throwIfAborted();
      const wave = work(session, keys.slice(i, i + WAVE));
      all.push(...(await withDeadline(clock, deadlineMs, wave, () => timeoutError(address, deadlineMs))));
      session.answered();
    }
    return all;
  } catch (error) {
    signal?.throwIfAborted();
    throw session.failure() ?? error;
  } finally {
    session.close();
  }
}
