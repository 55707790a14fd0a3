import type { Socket } from 'node:net';
import type { Clock } from '../clock.js';

/** Returns the delay of the next chunk, in milliseconds. */
export type Delay = () => number;

/** How much data one direction buffers before its sender must wait, in bytes. */
const HELD_BYTES = 1024 * 1024;

/**
 * Forwards what one socket receives to another, each chunk no earlier than its delay has passed, in order. The end of
 * the stream comes last; a reset, or a failed connection, resets both sockets immediately.
 */
export function relay(from: Socket, to: Socket, delay: Delay, clock: Clock): void {
  /** `null` is the end. */
  const held: { dueMs: number; bytes: Buffer | null }[] = [];
  let heldBytes = 0;
  let lastDueMs = 0;
  let pumping = false;

  const enqueue = (bytes: Buffer | null): void => {
    lastDueMs = Math.max(lastDueMs, clock.now() + delay());
    held.push({ dueMs: lastDueMs, bytes });
    heldBytes += bytes?.length ?? 0;
    if (heldBytes > HELD_BYTES) from.pause();
    if (!pumping) void pump();
  };

  const pump = async (): Promise<void> => {
    pumping = true;
    for (let next = held[0]; next !== undefined; next = held[0]) {
      // A timer may fire slightly early.
      for (let leftMs = next.dueMs - clock.now(); leftMs > 0; leftMs = next.dueMs - clock.now())
        await clock.sleep(Math.ceil(leftMs));
      held.shift();
      if (to.destroyed) break;
      if (next.bytes === null) to.end();
      else if (!to.write(next.bytes)) await drained(to);
      heldBytes -= next.bytes?.length ?? 0;
      if (heldBytes <= HELD_BYTES / 2) from.resume();
    }
    pumping = false;
  };

  from.on('data', enqueue);
  from.once('end', () => enqueue(null));
  from.once('error', () => {
    from.destroy();
    to.resetAndDestroy();
  });
  from.once('close', () => {
    // After an orderly end the other side still gets the buffered data, and then its own end.
    if (!from.readableEnded) to.destroy();
  });
}

/** Resolves when more can be written, or the socket is closed. */
function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      socket.off('drain', done);
      socket.off('close', done);
      resolve();
    };
    socket.on('drain', done);
    socket.on('close', done);
  });
}
