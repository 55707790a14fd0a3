import { withDeadline } from '../clock.js';
import type { Address } from '../model/address.js';
import { parseSentinelEvent, type SentinelEvent } from '../model/events.js';
import { HELLO_CHANNEL } from '../model/hello.js';
import { type ConnectionOptions, openAuthenticated } from './client.js';
import { closedError, replyError, timeoutError, WireError } from './error.js';

/** Hears the hello messages of sentinels at a data node for so long, milliseconds; none where it cannot. Throws only the signal's reason. */
export async function hearHellos(
  address: Address,
  options: ConnectionOptions,
  forMs: number,
): Promise<string[]> {
  const { clock, deadlineMs, signal } = options;
  const heard: string[] = [];
  let close = (): void => {};
  try {
    const session = await openAuthenticated(address, options);
    close = session.close;
    session.redis.on('message', (_channel: string, message: string) => heard.push(message));
    await withDeadline(clock, deadlineMs, session.redis.subscribe(HELLO_CHANNEL), () =>
      timeoutError(address, deadlineMs),
    );
    session.answered();
    await clock.sleep(forMs, signal);
  } catch {
    signal?.throwIfAborted();
  } finally {
    close();
  }
  return heard;
}

/**
 * Follows everything that a sentinel publishes, from now until `close()`. `atMs` is `clock.now()` at the arrival of
 * the bytes, before they are parsed. `onClose` is called once, when the sentinel is gone, never for `close()`.
 * Throws WireError, or the signal's reason; the signal also ends it later.
 */
export async function followSentinel(
  address: Address,
  options: ConnectionOptions,
  onEvent: (event: SentinelEvent, atMs: number) => void,
  onClose: () => void,
): Promise<{ close(): void }> {
  const { clock, deadlineMs, signal, credentials } = options;
  const session = await openAuthenticated(address, options);
  session.redis.on('pmessage', (_pattern: string, channel: string, message: string) => {
    session.answered();
    onEvent(parseSentinelEvent(channel, message), session.arrivedAtMs());
  });
  try {
    await withDeadline(clock, deadlineMs, session.redis.psubscribe('*'), () =>
      timeoutError(address, deadlineMs),
    );
    session.answered();
  } catch (error) {
    const cause = session.failure() ?? closedError(address);
    session.close();
    signal?.throwIfAborted();
    if (error instanceof WireError) throw error;
    if (error instanceof Error && error.name === 'ReplyError')
      throw replyError(address, error.message, credentials);
    throw cause;
  }
  session.onClose(onClose);
  return { close: session.close };
}
