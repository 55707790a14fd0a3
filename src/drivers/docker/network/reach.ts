import { connect } from 'node:net';
import { systemClock, withDeadline } from '../../../clock.js';
import type { Address } from '../../../model/address.js';

/** How long a connection may take, in milliseconds: container and host are the same machine, or there is no way. */
const REACH_MS = 1000;

/** Whether a TCP connection to this address comes about. */
export async function canConnect(address: Address): Promise<boolean> {
  const socket = connect(address);
  const connected = new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true));
    socket.on('error', () => resolve(false));
  });
  try {
    return await withDeadline(systemClock, REACH_MS, connected, () => new Error('no answer'));
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
