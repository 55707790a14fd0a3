import type { Socket } from 'node:net';
import type { Clock } from '../clock.js';

/** Yields how long the next piece is held, in milliseconds. */
export type Delay = () => number;

/** How much one direction holds before its sender must wait, in bytes. */
const HELD_BYTES = 1024 * 1024;

/**
 * Passes on what one socket receives to another, each piece no earlier than its delay has passed, in the order in which
 * it came. The end follows what came before it; a reset, or a connection that can't be made, resets both at once.
 */
export function relay(from: Socket, to: Socket, delay: Delay, clock: Clock): void {
  /** `null` is the end. */
  const held: { dueMs: number; bytes: Buffer | null }[] = [];
  let heldBytes = 0;
  let lastDueMs = 0;
  let pumping = false;

  const take = (bytes: Buffer | null): void => {
    lastDueMs = Math.max(lastDueMs, clock.now() + delay());
    held.push({ dueMs: lastDueMs, bytes });
    heldBytes += bytes?.length ?? 0;
    if (heldBytes > HELD_BYTES) from.pause();
    if (!pumping) void pump();
  };

  const pump = async (): Promise<void> => {
    pumping = true;
    for (let next = held[0]; next !== undefined; next = held[0]) {
      // A timer may ring a moment early.
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

  from.on('data', take);
  from.once('end', () => take(null));
  from.once('error', () => {
    from.destroy();
    to.resetAndDestroy();
  });
  from.once('close', () => {
    // After an orderly end the other side still gets what is held; it is closed by its own end.
    if (!from.readableEnded) to.destroy();
  });
}

/** Resolves when more may be written, or nothing more can be. */
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
